// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "verify/acts.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/clock.h"

enum { YIELDS_PER_LOOK = 100, NAP_NS = 1000000, CHILD_STACK = 64 << 10 };

static void give(struct actor *a)
{
	if (write(a->stage->pipes[!a->me][1], "", 1) != 1)
		stage_fail(a->stage, "write");
}

static void take(struct actor *a)
{
	char c;

	if (read(a->stage->pipes[a->me][0], &c, 1) != 1)
		stage_fail(a->stage, "read");
}

void act_pipe(struct actor *a)
{
	for (u64 i = 0; i < a->stage->play.n; i++) {
		if (!a->me)
			give(a);
		take(a);
		if (a->me)
			give(a);
	}
}

void act_yield(struct actor *a)
{
	/* A yield is a switch only while the other one can run. */
	stage_meet(a->stage);
	a->begun_ns = clock_ns();
	while (clock_ns() < a->begun_ns + a->stage->play.n)
		for (int i = 0; i < YIELDS_PER_LOOK; i++)
			sched_yield();
}

void act_spin(struct actor *a)
{
	u64 until_ns = clock_ns() + a->stage->play.n;

	while (clock_ns() < until_ns)
		;
}

static void *live(void *arg)
{
	return arg;
}

void act_threads(struct actor *a)
{
	for (u64 i = 0; i < a->stage->play.n; i++) {
		u64 begun_ns = clock_ns();
		pthread_t thread;

		errno = pthread_create(&thread, NULL, live, NULL);
		a->stage->call_ns[i] = clock_ns() - begun_ns;
		if (errno)
			stage_fail(a->stage, "pthread_create");
		pthread_join(thread, NULL);
	}
}

static void reap(struct actor *a, pid_t pid)
{
	while (waitpid(pid, NULL, 0) < 0)
		if (errno != EINTR)
			stage_fail(a->stage, "waitpid");
}

void act_forks(struct actor *a)
{
	for (u64 i = 0; i < a->stage->play.n; i++) {
		u64 begun_ns = clock_ns();
		pid_t pid = fork();

		if (!pid)
			_exit(0);
		a->stage->call_ns[i] = clock_ns() - begun_ns;
		if (pid < 0)
			stage_fail(a->stage, "fork");
		reap(a, pid);
	}
}

static int nap(void *arg)
{
	const struct timespec span = {.tv_nsec = NAP_NS};

	(void)arg;
	nanosleep(&span, NULL);
	return 0;
}

void act_vforks(struct actor *a)
{
	char *stack = malloc(CHILD_STACK);

	if (!stack)
		stage_fail(a->stage, "malloc");
	for (u64 i = 0; i < a->stage->play.n; i++) {
		u64 begun_ns = clock_ns();
		pid_t pid = clone(nap, stack + CHILD_STACK, CLONE_VM | CLONE_VFORK | SIGCHLD, NULL);

		a->stage->call_ns[i] = clock_ns() - begun_ns;
		if (pid < 0)
			stage_fail(a->stage, "clone");
		reap(a, pid);
	}
	free(stack);
}
