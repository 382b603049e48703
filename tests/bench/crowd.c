// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * crowd GROUPS THREADS PERIOD_MS: so many processes of so many threads, each of which sleeps, and
 * wakes once in a period. Says "ready" when all of them exist; ends, with all of them, when
 * standard input does.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { STACK_BYTES = 32768 };

static int64_t period_ns;

static void die(const char *what)
{
	fprintf(stderr, "crowd: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void sleep_ns(int64_t ns)
{
	struct timespec t = {ns / 1000000000, ns % 1000000000};

	nanosleep(&t, NULL);
}

/* Each begins somewhere in the period, so that they do not wake all at once. */
static void *sleeper(void *seed)
{
	sleep_ns((int64_t)(((uint64_t)(uintptr_t)seed * 0x9e3779b97f4a7c15) >> 32) * period_ns >>
		 32);
	for (;;)
		sleep_ns(period_ns);
	return NULL;
}

static void be_group(unsigned int group, unsigned int threads, pid_t parent, int ready_fd)
{
	pthread_attr_t attr;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK_BYTES);
	pthread_attr_setguardsize(&attr, 0);
	for (unsigned int i = 1; i < threads; i++) {
		pthread_t thread;

		errno = pthread_create(&thread, &attr, sleeper,
				       (void *)(uintptr_t)(group * threads + i));
		if (errno)
			die("cannot make a thread");
	}
	if (write(ready_fd, "", 1) != 1)
		_exit(1);
	close(ready_fd);
	close(STDIN_FILENO);
	sleeper((void *)(uintptr_t)(group * threads));
}

/* One byte of each; they are told apart from one that has ended by their number. */
static void wait_ready(int fd, unsigned int groups)
{
	char bytes[4096];

	while (groups) {
		ssize_t n = read(fd, bytes, sizeof(bytes));

		if (n <= 0)
			die("a process has ended early");
		groups -= (unsigned int)n;
	}
}

int main(int argc, char **argv)
{
	unsigned int groups, threads;
	pid_t parent = getpid(), *pids;
	int ready[2];
	char byte;

	if (argc != 4) {
		fprintf(stderr, "usage: crowd GROUPS THREADS PERIOD_MS\n");
		return 2;
	}
	groups = (unsigned int)strtoul(argv[1], NULL, 10);
	threads = (unsigned int)strtoul(argv[2], NULL, 10);
	period_ns = strtoll(argv[3], NULL, 10) * 1000000;
	pids = calloc(groups, sizeof(*pids));
	if (!pids || pipe(ready))
		die("cannot begin");
	for (unsigned int i = 0; i < groups; i++) {
		pids[i] = fork();
		if (pids[i] < 0)
			die("cannot make a process");
		if (!pids[i])
			be_group(i, threads, parent, ready[1]);
	}
	close(ready[1]);
	wait_ready(ready[0], groups);
	puts("ready");
	fflush(stdout);
	while (read(STDIN_FILENO, &byte, 1) > 0)
		;
	for (unsigned int i = 0; i < groups; i++)
		kill(pids[i], SIGKILL);
	while (wait(NULL) > 0)
		;
	free(pids);
	return 0;
}
