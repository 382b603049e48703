// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "stage/stage.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/clock.h"

enum {
	CHILD_STACK = 64 << 10,
	LOOK_NS = 20000000, /* how often a caller looks whether the actors still live */
	PATIENCE_S = 20,
};

static long futex(atomic_uint *word, int op, unsigned int value, const struct timespec *timeout)
{
	return syscall(SYS_futex, word, op, value, timeout, NULL, 0);
}

static void advance(atomic_uint *word)
{
	atomic_fetch_add(word, 1);
	futex(word, FUTEX_WAKE, INT_MAX, NULL);
}

static void wait_until(atomic_uint *word, unsigned int value)
{
	unsigned int now;

	while ((now = atomic_load(word)) < value)
		futex(word, FUTEX_WAIT, now, NULL);
}

void stage_fail(struct stage *s, const char *what)
{
	s->failed = what;
	atomic_store(&s->error, errno ? errno : EIO);
	_exit(1);
}

void stage_meet(struct stage *s)
{
	atomic_fetch_add(&s->arrived, 1);
	while (atomic_load(&s->arrived) < s->play.nr_actors)
		sched_yield();
}

void stage_wait_end(struct stage *s)
{
	wait_until(&s->end, 1);
}

static void take_cpu(struct stage *s)
{
	const struct sched_param param = {.sched_priority = 1};
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET((size_t)s->play.cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		stage_fail(s, "sched_setaffinity");
	if (s->play.real_time && !sched_setscheduler(0, SCHED_FIFO, &param))
		s->real_time = true;
}

static void take_memory(struct actor *a)
{
	u64 bytes = a->stage->play.touch_bytes;
	char *p;

	if (!bytes)
		return;
	p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED)
		stage_fail(a->stage, "mmap");
	for (u64 i = 0; i < bytes; i += STAGE_PAGE)
		p[i] = 1;
	a->memory = p;
}

static void play(struct actor *a)
{
	struct stage *s = a->stage;

	take_memory(a);
	a->tid = (u32)syscall(SYS_gettid);
	a->tgid = (u32)getpid();
	take_cpu(s);
	advance(&s->ready);
	wait_until(&s->go, 1);
	a->begun_ns = clock_ns();
	s->play.act(a);
	a->ended_ns = clock_ns();
	advance(&s->done);
	wait_until(&s->end, 1);
}

void stage_die_with(pid_t parent)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* It may have died before. */
	if (getppid() != parent)
		_exit(0);
}

static void *run_thread(void *arg)
{
	play(arg);
	return NULL;
}

static void start_pthread(struct actor *a, void *(*run)(void *))
{
	pthread_t thread;

	errno = pthread_create(&thread, NULL, run, a);
	if (errno)
		stage_fail(a->stage, "pthread_create");
	pthread_detach(thread);
}

static void start_thread(struct actor *a)
{
	start_pthread(a, run_thread);
}

static void start_process(struct actor *a)
{
	pid_t pid = fork();

	if (pid < 0)
		stage_fail(a->stage, "fork");
	if (pid)
		return;
	stage_die_with(a->stage->director);
	play(a);
	_exit(0);
}

static int run_child(void *arg)
{
	struct actor *a = arg;

	stage_die_with(a->stage->director);
	play(a);
	_exit(0);
}

/* The child shares even the thread-local storage: of that it uses errno only. */
static void start_clone_vm(struct actor *a)
{
	char *stack = malloc(CHILD_STACK);

	if (!stack || clone(run_child, stack + CHILD_STACK, CLONE_VM | SIGCHLD, a) < 0)
		stage_fail(a->stage, "clone");
	/* cppcheck-suppress memleak ; the child lives on it to its end */
}

/* Stays in clone() until the child has ended, as in vfork(), after which a child may call nothing.
 */
static void *run_vfork(void *arg)
{
	struct actor *a = arg;
	char *stack = malloc(CHILD_STACK);

	if (!stack ||
	    clone(run_child, stack + CHILD_STACK, CLONE_VM | CLONE_VFORK | SIGCHLD, a) < 0)
		stage_fail(a->stage, "clone");
	free(stack);
	return NULL;
}

static void start_vfork(struct actor *a)
{
	start_pthread(a, a->me ? run_thread : run_vfork);
}

static void direct(struct stage *s, pid_t parent)
{
	static void (*const start[NR_RELATIONS])(struct actor * a) = {
		[RELATION_THREAD] = start_thread,
		[RELATION_PROCESS] = start_process,
		[RELATION_CLONE_VM] = start_clone_vm,
		[RELATION_VFORK] = start_vfork,
	};

	stage_die_with(parent);
	s->director = getpid();
	for (unsigned int i = 0; i < s->play.nr_actors; i++)
		start[s->play.relation](&s->actors[i]);
	wait_until(&s->end, 1);
	/* Threads of this process end with it; children are waited for. */
	while (wait(NULL) > 0 || errno == EINTR)
		;
	_exit(0);
}

/* Waits until all actors have come there. Returns 0 or an errno. */
static int await(struct stage *s, atomic_uint *word)
{
	const struct timespec look = {.tv_nsec = LOOK_NS};
	u64 until_ns = clock_ns() + PATIENCE_S * 1000000000ULL;
	unsigned int now;

	while ((now = atomic_load(word)) < s->play.nr_actors) {
		if (atomic_load(&s->error))
			return atomic_load(&s->error);
		if (clock_ns() > until_ns) {
			s->failed = "waiting for its tasks";
			return ETIMEDOUT;
		}
		futex(word, FUTEX_WAIT, now, &look);
	}
	return 0;
}

static void drop(struct stage *s)
{
	for (int i = 0; i < STAGE_MOST_ACTORS; i++)
		for (int end = 0; end < 2; end++)
			if (s->pipes[i][end] > 0)
				close(s->pipes[i][end]);
	munmap(s, sizeof(*s));
}

static struct stage *prepare(const struct play *play, const char **failed)
{
	struct stage *s =
		mmap(NULL, sizeof(*s), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	*failed = "mmap";
	if (s == MAP_FAILED)
		return NULL;
	s->play = *play;
	*failed = "pipe";
	for (unsigned int i = 0; i < STAGE_MOST_ACTORS; i++) {
		s->actors[i].stage = s;
		s->actors[i].me = i;
		if (pipe2(s->pipes[i], O_CLOEXEC)) {
			drop(s);
			return NULL;
		}
	}
	return s;
}

int stage_cpu(void)
{
	cpu_set_t set;
	int last = 0;

	if (sched_getaffinity(0, sizeof(set), &set))
		return 0;
	for (int i = 0; i < CPU_SETSIZE; i++)
		if (CPU_ISSET((size_t)i, &set))
			last = i;
	return last;
}

struct stage *stage_open(const struct play *play, const char **failed, int *error)
{
	struct stage *s = prepare(play, failed);
	pid_t parent = getpid();

	if (!s) {
		*error = errno;
		return NULL;
	}
	s->pid = fork();
	if (!s->pid)
		direct(s, parent);
	*failed = "fork";
	*error = s->pid < 0 ? errno : await(s, &s->ready);
	if (!*error)
		return s;
	if (s->failed)
		*failed = s->failed;
	stage_close(s);
	return NULL;
}

int stage_act(struct stage *s)
{
	advance(&s->go);
	return await(s, &s->done);
}

void stage_close(struct stage *s)
{
	if (s->pid > 0) {
		advance(&s->end);
		/* Those that wait for something else than the end do not see it. */
		if (atomic_load(&s->done) < s->play.nr_actors)
			kill(s->pid, SIGKILL);
		while (waitpid(s->pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	drop(s);
}
