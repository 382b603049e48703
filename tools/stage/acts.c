// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "stage/acts.h"

#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/clock.h"

enum {
	YIELDS_PER_LOOK = 100,
	NAP_NS = 1000000,
	CHILD_STACK = 64 << 10,
	CACHE_LINE = 64,
};

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

/* The one who ends it says so in the turn that it gives. */
static bool last_turn(struct actor *a)
{
	return !a->me && clock_ns() > a->begun_ns + a->stage->play.n;
}

void act_pipe_for(struct actor *a)
{
	for (;; a->times++) {
		char c = last_turn(a) ? 'e' : ' ';

		if (!a->me && write(a->stage->pipes[1][1], &c, 1) != 1)
			stage_fail(a->stage, "write");
		if (!a->me && c == 'e')
			return;
		if (read(a->stage->pipes[a->me][0], &c, 1) != 1)
			stage_fail(a->stage, "read");
		if (c == 'e')
			return;
		if (a->me && write(a->stage->pipes[0][1], &c, 1) != 1)
			stage_fail(a->stage, "write");
	}
}

enum { TURN_OF_FIRST, TURN_OF_SECOND, TURN_OF_NONE };

void act_futex_for(struct actor *a)
{
	atomic_uint *turn = &a->stage->turn;

	for (;; a->times++) {
		unsigned int whose, next = a->me ? TURN_OF_FIRST : TURN_OF_SECOND;

		while ((whose = atomic_load(turn)) != a->me && whose != TURN_OF_NONE)
			syscall(SYS_futex, turn, FUTEX_WAIT, whose, NULL, NULL, 0);
		if (whose == TURN_OF_NONE)
			return;
		atomic_store(turn, last_turn(a) ? TURN_OF_NONE : next);
		syscall(SYS_futex, turn, FUTEX_WAKE, 1, NULL, NULL, 0);
	}
}

static void touch(volatile const char *p, u64 bytes)
{
	for (u64 i = 0; i < bytes; i += CACHE_LINE)
		(void)p[i];
}

void act_touch(struct actor *a)
{
	u64 bytes = a->stage->play.touch_bytes;
	volatile char *p = a->memory;

	a->begun_ns = clock_ns();
	while (clock_ns() < a->begun_ns + a->stage->play.n) {
		touch(p, bytes);
		a->times++;
	}
}

void act_yield(struct actor *a)
{
	u64 bytes = a->stage->play.touch_bytes;
	volatile char *p = a->memory;

	/* A yield is a switch only while the other one can run. */
	stage_meet(a->stage);
	a->begun_ns = clock_ns();
	while (clock_ns() < a->begun_ns + a->stage->play.n)
		for (int i = 0; i < (bytes ? 1 : YIELDS_PER_LOOK); i++) {
			touch(p, bytes);
			sched_yield();
			a->times++;
		}
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

static int end_at_once(void *arg)
{
	(void)arg;
	return 0;
}

static void vforks(struct actor *a, int (*child)(void *arg))
{
	char *stack = malloc(CHILD_STACK);

	if (!stack)
		stage_fail(a->stage, "malloc");
	for (u64 i = 0; i < a->stage->play.n; i++) {
		u64 begun_ns = clock_ns();
		pid_t pid =
			clone(child, stack + CHILD_STACK, CLONE_VM | CLONE_VFORK | SIGCHLD, NULL);

		a->stage->call_ns[i] = clock_ns() - begun_ns;
		if (pid < 0)
			stage_fail(a->stage, "clone");
		reap(a, pid);
	}
	free(stack);
}

void act_vforks(struct actor *a)
{
	vforks(a, end_at_once);
}

void act_napping_vforks(struct actor *a)
{
	vforks(a, nap);
}

void act_spawns(struct actor *a)
{
	static char name[] = "true";
	char *arguments[] = {name, NULL};

	for (u64 i = 0; i < a->stage->play.n; i++) {
		u64 begun_ns = clock_ns();
		pid_t pid;

		errno = posix_spawnp(&pid, name, NULL, NULL, arguments, environ);
		a->stage->call_ns[i] = clock_ns() - begun_ns;
		if (errno)
			stage_fail(a->stage, "posix_spawnp true");
		reap(a, pid);
	}
}

static void *idle(void *stage)
{
	stage_wait_end(stage);
	return NULL;
}

void act_idle_threads(struct actor *a)
{
	for (u64 i = 0; i < a->stage->play.n; i++) {
		pthread_t thread;

		errno = pthread_create(&thread, NULL, idle, a->stage);
		if (errno)
			stage_fail(a->stage, "pthread_create");
		pthread_detach(thread);
	}
}

static void idle_forks(struct actor *a, bool write_all)
{
	volatile char *p = a->memory;

	for (u64 i = 0; i < a->stage->play.n; i++) {
		pid_t pid = fork();

		if (pid < 0)
			stage_fail(a->stage, "fork");
		if (pid)
			continue;
		stage_die_with((pid_t)a->tgid);
		for (u64 at = 0; write_all && at < a->stage->play.touch_bytes; at += STAGE_PAGE)
			p[at] = 2;
		atomic_fetch_add(&a->stage->arrived, 1);
		stage_wait_end(a->stage);
		_exit(0);
	}
	while (atomic_load(&a->stage->arrived) < a->stage->play.n)
		sched_yield();
}

void act_idle_forks(struct actor *a)
{
	idle_forks(a, false);
}

void act_writing_forks(struct actor *a)
{
	idle_forks(a, true);
}
