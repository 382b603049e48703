// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Two tasks that hand one CPU to each other N times, each handing over being one switch.
 *
 * usage: pair RELATION VIA CPU N [normal|resting]
 *   RELATION  thread    two threads of one process
 *             process   two processes
 *             clone_vm  two processes that share one address space (CLONE_VM)
 *             vfork     a vfork child and a thread of its waiting parent
 *   VIA       futex, pipe, yield
 * Real-time tasks, unless `normal`: then a wakeup may preempt the waker. `resting` ones rest for
 * 5 ms after every 5,000 turns: without end, they would keep every task of another scheduling
 * group from that CPU for seconds, kernel threads included (Linux 6.18, autogroups).
 */
#include <pthread.h>

#include "workload.h"

enum {
	CLONE_STACK = 64 << 10,
	TURNS_BEFORE_REST = 5000,
	REST_NS = 5000000,
};

struct side {
	struct stage *stage;
	struct task *task;
	const struct handover *handover;
	struct turns *turns;
	unsigned int me; /* 0 or 1 */
	long n;
	bool rests;
};

/* What both sides share. */
struct turns {
	atomic_uint turn;    /* futex: whose it is */
	atomic_uint arrived; /* for yield: both must run before either counts */
	int pipes[2][2];     /* pipes[i] is read by side i */
};

struct handover {
	const char *name;
	void (*give)(struct side *s);
	void (*take)(struct side *s);
};

static void futex_give(struct side *s)
{
	atomic_store(&s->turns->turn, !s->me);
	futex(&s->turns->turn, FUTEX_WAKE, 1);
}

static void futex_take(struct side *s)
{
	while (atomic_load(&s->turns->turn) != s->me)
		futex(&s->turns->turn, FUTEX_WAIT, !s->me);
}

static void pipe_give(struct side *s)
{
	if (write(s->turns->pipes[!s->me][1], "", 1) != 1)
		fail("write");
}

static void pipe_take(struct side *s)
{
	char c;

	if (read(s->turns->pipes[s->me][0], &c, 1) != 1)
		fail("read");
}

static void yield_give(struct side *s)
{
	(void)s;
	sched_yield();
}

static void yield_take(struct side *s)
{
	(void)s;
}

static const struct handover handovers[] = {
	{"futex", futex_give, futex_take},
	{"pipe", pipe_give, pipe_take},
	{"yield", yield_give, yield_take},
};

/* A yield is a switch only while the other side is runnable. */
static void meet(struct turns *t)
{
	atomic_fetch_add(&t->arrived, 1);
	while (atomic_load(&t->arrived) < 2)
		sched_yield();
}

static void run_side(struct side *s)
{
	task_begin(s->stage, s->task);
	if (s->handover->give == yield_give)
		meet(s->turns);
	for (long i = 0; i < s->n; i++) {
		if (s->rests && i % TURNS_BEFORE_REST == TURNS_BEFORE_REST - 1)
			nanosleep(&(struct timespec){.tv_nsec = REST_NS}, NULL);
		if (s->me == 0) {
			s->handover->give(s);
			s->handover->take(s);
		} else {
			s->handover->take(s);
			s->handover->give(s);
		}
	}
	task_end(s->stage, s->task);
}

static void *thread_main(void *arg)
{
	run_side(arg);
	return NULL;
}

static void start_thread(struct side *s)
{
	pthread_t thread;

	errno = pthread_create(&thread, NULL, thread_main, s);
	if (errno)
		fail("pthread_create");
	pthread_detach(thread);
}

static void start_process(struct side *s)
{
	pid_t pid = fork();

	if (pid < 0)
		fail("fork");
	if (pid)
		return;
	die_with_parent();
	run_side(s);
	_exit(0);
}

static int clone_main(void *arg)
{
	die_with_parent();
	run_side(arg);
	_exit(0);
}

/* The child shares even the thread-local storage: of that it uses errno only. */
static void start_clone_vm(struct side *s)
{
	char *stack = malloc(CLONE_STACK);

	if (!stack || clone(clone_main, stack + CLONE_STACK, CLONE_VM | SIGCHLD, s) < 0)
		fail("clone");
	/* cppcheck-suppress memleak ; the child lives on it to its end */
}

/* Stays in vfork() until the child has ended. */
static void *vfork_main(void *arg)
{
	pid_t pid = vfork();

	if (pid < 0)
		fail("vfork");
	if (!pid) {
		/* It calls nothing that changes what the parent has left to do. */
		run_side(arg); /* NOLINT(clang-analyzer-unix.Vfork) */
		_exit(0);
	}
	return NULL;
}

static void start_vfork(struct side *s)
{
	pthread_t thread;

	if (s->me) {
		start_thread(s);
		return;
	}
	errno = pthread_create(&thread, NULL, vfork_main, s);
	if (errno)
		fail("pthread_create");
	pthread_detach(thread);
}

static const struct relation {
	const char *name;
	void (*start)(struct side *s);
} relations[] = {
	{"thread", start_thread},
	{"process", start_process},
	{"clone_vm", start_clone_vm},
	{"vfork", start_vfork},
};

static const struct relation *find_relation(const char *name)
{
	for (size_t i = 0; i < sizeof(relations) / sizeof(relations[0]); i++)
		if (!strcmp(relations[i].name, name))
			return &relations[i];
	return NULL;
}

static const struct handover *find_handover(const char *name)
{
	for (size_t i = 0; i < sizeof(handovers) / sizeof(handovers[0]); i++)
		if (!strcmp(handovers[i].name, name))
			return &handovers[i];
	return NULL;
}

static struct turns *turns_new(void)
{
	struct turns *t = shared_memory(sizeof(*t));

	if (pipe(t->pipes[0]) || pipe(t->pipes[1]))
		fail("pipe");
	return t;
}

int main(int argc, char **argv)
{
	const struct relation *relation = argc > 4 ? find_relation(argv[1]) : NULL;
	const struct handover *handover = argc > 4 ? find_handover(argv[2]) : NULL;
	static struct side sides[2];
	struct stage *stage;
	struct turns *turns;

	if (!relation || !handover) {
		fprintf(stderr, "usage: pair thread|process|clone_vm|vfork futex|pipe|yield CPU N "
				"[normal|resting]\n");
		return 2;
	}
	stage = stage_new((int)number_argument(argv[3], 0), argc < 6);
	turns = turns_new();
	for (unsigned int i = 0; i < 2; i++)
		sides[i] = (struct side){
			.stage = stage,
			.task = stage_add(stage, i ? "b" : "a"),
			.handover = handover,
			.turns = turns,
			.me = i,
			.n = number_argument(argv[4], 1),
			.rests = !i && argc > 5 && !strcmp(argv[5], "resting"),
		};
	for (unsigned int i = 0; i < 2; i++)
		relation->start(&sides[i]);
	stage_run(stage);
	/* Threads of this process end with it; children are waited for. */
	while (wait(NULL) > 0)
		;
	return 0;
}
