// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Processes that all have the same pid, one after the other (clone3 with set_tid). Life number i,
 * counted from 1, calls itself "life-i" and sleeps i * N times.
 *
 * usage: pid_reuse all|last LIVES N    which lives are held at their end: for each of them, a
 *                                      line {"event":"life",...} is printed and one awaited
 */
#include <linux/sched.h>

#include "workload.h"

enum { NAP_NS = 20000 };

/* A child with the given pid; 0: any. Returns as fork does. */
static pid_t fork_as(pid_t pid)
{
	struct clone_args args = {
		.exit_signal = SIGCHLD,
		.set_tid = pid ? (uintptr_t)&pid : 0,
		.set_tid_size = pid ? 1 : 0,
	};

	return (pid_t)syscall(SYS_clone3, &args, sizeof(args));
}

static void live(struct stage *s, struct task *t, unsigned int life, long naps)
{
	char name[16];

	die_with_parent();
	snprintf(name, sizeof(name), "life-%u", life);
	prctl(PR_SET_NAME, name);
	t->tid = own_tid();
	t->tgid = getpid();
	for (long i = 0; i < naps; i++)
		nap(NAP_NS);
	advance(&s->done);
	wait_until(&s->end, life);
	_exit(0);
}

int main(int argc, char **argv)
{
	bool all = argc == 4 && !strcmp(argv[1], "all");
	long lives, n;
	struct stage *stage;
	struct task *task;
	pid_t pid = 0;

	if (argc != 4 || (!all && strcmp(argv[1], "last") != 0)) {
		fprintf(stderr, "usage: pid_reuse all|last LIVES N\n");
		return 2;
	}
	lives = number_argument(argv[2], 1);
	n = number_argument(argv[3], 0);
	stage = stage_new(-1, false);
	task = stage_add(stage, "life");
	for (long life = 1; life <= lives; life++) {
		pid_t child = fork_as(pid);

		if (child < 0)
			fail("clone3");
		if (!child)
			live(stage, task, (unsigned int)life, life * n);
		pid = child;
		wait_until(&stage->done, (unsigned int)life);
		if (all || life == lives) {
			stage_print(stage, "life");
			wait_for_line();
		}
		advance(&stage->end);
		waitpid(child, NULL, 0);
	}
	return 0;
}
