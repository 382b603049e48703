/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the workload programs share: tasks that are pinned to one CPU and held at a barrier before
 * and after their switches, so that a test can read the kernel's counters and tvtraced's while
 * nothing moves.
 *
 * The protocol, one line each way: the program prints {"event":"ready","tasks":[...]} when all its
 * tasks wait; a line on standard input lets them go; {"event":"done",...} follows when all of them
 * wait again, alive; the next line (or end of file) lets them end.
 */
#ifndef WORKLOAD_H
#define WORKLOAD_H

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/futex.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
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

enum { MAX_TASKS = 512 };

struct counters {
	long voluntary, preempted;
};

struct task {
	const char *role;
	pid_t tid, tgid;
	struct counters before, after;
	uint64_t start_ns, stop_ns;
};

/* In memory that processes of their own share, too. */
struct stage {
	atomic_uint ready, go, done, end; /* futexes */
	unsigned int nr_tasks;
	int cpu;
	bool fifo; /* real time: no other task in between, no preemption by a wakeup */
	struct task tasks[MAX_TASKS];
};

static inline void fail(const char *what)
{
	fprintf(stderr, "%s: %s: %s\n", program_invocation_short_name, what, strerror(errno));
	_exit(1);
}

static inline long futex(atomic_uint *word, int op, unsigned int value)
{
	return syscall(SYS_futex, word, op, value, NULL, NULL, 0);
}

static inline void wait_until(atomic_uint *word, unsigned int value)
{
	unsigned int now;

	while ((now = atomic_load(word)) < value)
		futex(word, FUTEX_WAIT, now);
}

static inline void advance(atomic_uint *word)
{
	atomic_fetch_add(word, 1);
	futex(word, FUTEX_WAKE, INT_MAX);
}

static inline uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

static inline pid_t own_tid(void)
{
	return (pid_t)syscall(SYS_gettid);
}

/* The kernel's own switch counters of the calling task, as in /proc/TID/status. */
static inline struct counters own_counters(void)
{
	struct rusage usage;

	if (getrusage(RUSAGE_THREAD, &usage))
		fail("getrusage");
	return (struct counters){usage.ru_nvcsw, usage.ru_nivcsw};
}

static inline void pin(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET((size_t)cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		fail("sched_setaffinity");
}

static inline void be_real_time(void)
{
	const struct sched_param param = {.sched_priority = 1};

	if (sched_setscheduler(0, SCHED_FIFO, &param))
		fail("SCHED_FIFO");
}

static inline void *shared_memory(size_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		fail("mmap");
	return p;
}

/* Every workload ends with the test that started it, however that ends. */
static inline void die_with_parent(void)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
}

static inline struct stage *stage_new(int cpu, bool fifo)
{
	struct stage *s = shared_memory(sizeof(*s));

	die_with_parent();
	s->cpu = cpu;
	s->fifo = fifo;
	return s;
}

static inline struct task *stage_add(struct stage *s, const char *role)
{
	struct task *t = &s->tasks[s->nr_tasks++];

	t->role = role;
	return t;
}

/* In the task: waits until the test lets it go. */
static inline void task_begin(struct stage *s, struct task *t)
{
	t->tid = own_tid();
	t->tgid = getpid();
	pin(s->cpu);
	if (s->fifo)
		be_real_time();
	advance(&s->ready);
	wait_until(&s->go, 1);
	t->before = own_counters();
	t->start_ns = now_ns();
}

/* In the task: waits until the test lets it end. */
static inline void task_end(struct stage *s, struct task *t)
{
	t->stop_ns = now_ns();
	t->after = own_counters();
	advance(&s->done);
	wait_until(&s->end, 1);
}

static inline void print_task(const struct task *t)
{
	printf("{\"role\":\"%s\",\"tid\":%d,\"tgid\":%d,\"start_ns\":%llu,\"stop_ns\":%llu,"
	       "\"before\":{\"voluntary\":%ld,\"preempted\":%ld},"
	       "\"after\":{\"voluntary\":%ld,\"preempted\":%ld}}",
	       t->role, t->tid, t->tgid, (unsigned long long)t->start_ns,
	       (unsigned long long)t->stop_ns, t->before.voluntary, t->before.preempted,
	       t->after.voluntary, t->after.preempted);
}

static inline void stage_print(const struct stage *s, const char *event)
{
	printf("{\"event\":\"%s\",\"pid\":%d,\"cpu\":%d,\"tasks\":[", event, getpid(), s->cpu);
	for (unsigned int i = 0; i < s->nr_tasks; i++) {
		if (i)
			putchar(',');
		print_task(&s->tasks[i]);
	}
	puts("]}");
	fflush(stdout);
}

/* Waits for a line; end of file counts as one. */
static inline void wait_for_line(void)
{
	char c;

	while (read(STDIN_FILENO, &c, 1) == 1 && c != '\n')
		;
}

/* In the main task, once all others have been made: the whole protocol. */
static inline void stage_run(struct stage *s)
{
	wait_until(&s->ready, s->nr_tasks);
	stage_print(s, "ready");
	wait_for_line();
	advance(&s->go);
	wait_until(&s->done, s->nr_tasks);
	stage_print(s, "done");
	wait_for_line();
	advance(&s->end);
}

static inline void nap(long ns)
{
	const struct timespec t = {.tv_nsec = ns};

	clock_nanosleep(CLOCK_MONOTONIC, 0, &t, NULL);
}

/* A whole number from min up, or the end of the program. */
static inline long number_argument(const char *text, long min)
{
	char *end;
	long n = strtol(text, &end, 10);

	if (end == text || *end || n < min) {
		fprintf(stderr, "%s: bad number '%s'\n", program_invocation_short_name, text);
		exit(2);
	}
	return n;
}

#endif
