// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Many short lives, one after the other.
 *
 * usage: storm process|thread N
 */
#include <pthread.h>

#include "workload.h"

static void *live(void *arg)
{
	return arg;
}

static void one_process(void)
{
	pid_t pid = fork();

	if (pid < 0)
		fail("fork");
	if (!pid)
		_exit(0);
	waitpid(pid, NULL, 0);
}

static void one_thread(void)
{
	pthread_t thread;

	errno = pthread_create(&thread, NULL, live, NULL);
	if (errno)
		fail("pthread_create");
	pthread_join(thread, NULL);
}

int main(int argc, char **argv)
{
	bool threads;
	struct stage *stage;
	long n;

	if (argc != 3 || (strcmp(argv[1], "process") != 0 && strcmp(argv[1], "thread") != 0)) {
		fprintf(stderr, "usage: storm process|thread N\n");
		return 2;
	}
	threads = argv[1][0] == 't';
	n = number_argument(argv[2], 1);
	/* No tasks to hold: the main task makes the storm itself. */
	stage = stage_new(-1, false);
	stage_print(stage, "ready");
	wait_for_line();
	for (long i = 0; i < n; i++) {
		if (threads)
			one_thread();
		else
			one_process();
	}
	stage_print(stage, "done");
	wait_for_line();
	return 0;
}
