// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * A thread that is not the leader of its group sleeps N times and, on a further line, executes
 * this program anew: it takes over the leader's tid, and the leader is gone. The new program
 * sleeps another N times. So the protocol is run through twice.
 *
 * usage: exec_thread CPU N
 */
#include <pthread.h>

#include "workload.h"

enum { NAP_NS = 100000 };

static struct stage *stage;
static struct task *task;
static char **arguments;

static void sleep_n(long n)
{
	task_begin(stage, task);
	for (long i = 0; i < n; i++)
		nap(NAP_NS);
	task_end(stage, task);
}

static void *thread_main(void *arg)
{
	char *const argv[] = {"exec_thread", arguments[1], arguments[2], "after", NULL};

	sleep_n(number_argument(arguments[2], 1));
	execv("/proc/self/exe", argv);
	fail("execv");
	return arg;
}

int main(int argc, char **argv)
{
	pthread_t thread;
	void *(*start)(void *) = thread_main;

	if (argc < 3) {
		fprintf(stderr, "usage: exec_thread CPU N\n");
		return 2;
	}
	arguments = argv;
	stage = stage_new((int)number_argument(argv[1], 0), false);
	task = stage_add(stage, argc > 3 ? "after" : "before");
	if (argc > 3) {
		/* The one task here is the one that called exec: it must do it all itself. */
		task->tid = own_tid();
		task->tgid = getpid();
		stage_print(stage, "ready");
		wait_for_line();
		for (long i = number_argument(argv[2], 1); i > 0; i--)
			nap(NAP_NS);
		stage_print(stage, "done");
		wait_for_line();
		return 0;
	}
	errno = pthread_create(&thread, NULL, start, NULL);
	if (errno)
		fail("pthread_create");
	stage_run(stage);
	pthread_join(thread, NULL);
	return 1;
}
