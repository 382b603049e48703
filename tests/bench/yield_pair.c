// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The benchmark's workload: one task that trades a CPU with a partner by sched_yield(), each yield
 * being one switch there and one back. The partner is a thread of the same process (same mm) or a
 * forked process (cross mm); the measuring task and its loop are the same in both cases.
 *
 * usage: yield_pair CPU
 * Commands on standard input, one per line; end of file ends the program:
 *   windows COUNT YIELDS  COUNT windows of each kind, alternating; answers, once they are all
 *                         done, one line "KIND ELAPSED_NS SWITCHES" for each and then "end"
 *   load KIND MS          yields for MS milliseconds; answers like one window
 */
#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
	WARM_UP_YIELDS = 64,
	LOAD_CHUNK_YIELDS = 1000,
	MAX_WINDOWS = 100000,
};

enum kind { THREAD, PROCESS, NR_KINDS };

static const char *const kind_names[NR_KINDS] = {"thread", "process"};

/* What a partner and the measuring task share; in memory that both processes map. */
struct partner {
	atomic_uint running;
	atomic_uint parked;
};

struct window {
	uint64_t elapsed_ns;
	uint64_t switches;
};

static struct partner *partners;

static void fail(const char *what)
{
	fprintf(stderr, "yield_pair: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void futex(atomic_uint *word, int op, unsigned int value)
{
	syscall(SYS_futex, word, op, value, NULL, NULL, 0);
}

static void *partner_loop(void *arg)
{
	struct partner *self = arg;

	for (;;) {
		atomic_store(&self->parked, 1);
		while (!atomic_load(&self->running))
			futex(&self->running, FUTEX_WAIT, 0);
		atomic_store(&self->parked, 0);
		while (atomic_load_explicit(&self->running, memory_order_relaxed))
			sched_yield();
	}
	return NULL;
}

static void partner_start(struct partner *partner)
{
	int i;

	atomic_store(&partner->running, 1);
	futex(&partner->running, FUTEX_WAKE, 1);
	while (atomic_load(&partner->parked))
		sched_yield();
	for (i = 0; i < WARM_UP_YIELDS; i++)
		sched_yield();
}

static void partner_park(struct partner *partner)
{
	atomic_store(&partner->running, 0);
	while (!atomic_load(&partner->parked))
		sched_yield();
}

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

/* Switches out of this task so far. A yield need not switch, so yields are not counted instead. */
static uint64_t switches_out(void)
{
	struct rusage usage;

	if (getrusage(RUSAGE_THREAD, &usage))
		fail("getrusage");
	return (uint64_t)(usage.ru_nvcsw + usage.ru_nivcsw);
}

/* Yields `yields` times, and on until `min_ns` have passed. */
static struct window measure(enum kind kind, unsigned long yields, uint64_t min_ns)
{
	struct window window;
	unsigned long i;
	uint64_t switches, start;

	partner_start(&partners[kind]);
	switches = switches_out();
	start = now_ns();
	do {
		for (i = 0; i < yields; i++)
			sched_yield();
		window.elapsed_ns = now_ns() - start;
	} while (window.elapsed_ns < min_ns);
	/* Each switch out of this task came with one back into it. */
	window.switches = 2 * (switches_out() - switches);
	partner_park(&partners[kind]);
	return window;
}

static void print_window(enum kind kind, struct window window)
{
	printf("%s %llu %llu\n", kind_names[kind], (unsigned long long)window.elapsed_ns,
	       (unsigned long long)window.switches);
}

static void run_windows(unsigned long count, unsigned long yields)
{
	struct window *windows = calloc(count, NR_KINDS * sizeof(*windows));
	unsigned long i;

	if (!windows)
		fail("windows");
	for (i = 0; i < count * NR_KINDS; i++)
		windows[i] = measure(i % NR_KINDS, yields, 0);
	for (i = 0; i < count * NR_KINDS; i++)
		print_window(i % NR_KINDS, windows[i]);
	printf("end\n");
	free(windows);
}

static int run_command(const char *line)
{
	unsigned long count, yields, ms;
	char name[16];
	int kind;

	if (sscanf(line, "windows %lu %lu", &count, &yields) == 2 && count <= MAX_WINDOWS) {
		run_windows(count, yields);
		return 0;
	}
	if (sscanf(line, "load %15s %lu", name, &ms) != 2)
		return -EINVAL;
	for (kind = 0; kind < NR_KINDS; kind++) {
		if (strcmp(name, kind_names[kind]))
			continue;
		print_window(kind, measure(kind, LOAD_CHUNK_YIELDS, (uint64_t)ms * 1000000));
		return 0;
	}
	return -EINVAL;
}

/* Returns the forked partner. */
static pid_t start_partners(void)
{
	pthread_t thread;
	pid_t pid;

	partners = mmap(NULL, NR_KINDS * sizeof(*partners), PROT_READ | PROT_WRITE,
			MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (partners == MAP_FAILED)
		fail("mmap");
	pid = fork();
	if (pid < 0)
		fail("fork");
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() == 1)
			_exit(0);
		partner_loop(&partners[PROCESS]);
	}
	errno = pthread_create(&thread, NULL, partner_loop, &partners[THREAD]);
	if (errno)
		fail("pthread_create");
	return pid;
}

int main(int argc, char **argv)
{
	char line[64];
	cpu_set_t cpus;
	int status = 0;
	pid_t process;

	if (argc != 2) {
		fprintf(stderr, "usage: yield_pair CPU\n");
		return 2;
	}
	CPU_ZERO(&cpus);
	CPU_SET(strtoul(argv[1], NULL, 10), &cpus);
	if (sched_setaffinity(0, sizeof(cpus), &cpus))
		fail("sched_setaffinity");
	process = start_partners();
	while (!status && fgets(line, sizeof(line), stdin)) {
		if (run_command(line)) {
			fprintf(stderr, "yield_pair: bad command: %s", line);
			status = 2;
		}
		fflush(stdout);
	}
	kill(process, SIGKILL);
	waitpid(process, NULL, 0);
	return status;
}
