// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * One task that leaves its CPU N times and comes back.
 *
 * usage: sleeper CAUSE CPU N
 *   CAUSE  timer    sleeps 100 us each time: an otherwise idle CPU goes idle. A sleep that is over
 *                   before it began is no switch, so it is the switches that are counted
 *          kthread  asks the kernel to collect its memory statistics, which a kernel thread on
 *                   each CPU does while the task waits (schedule_on_each_cpu)
 */
#include "workload.h"

enum { NAP_NS = 100000 };

static void nap_n(long n)
{
	long end = own_counters().voluntary + n;

	while (own_counters().voluntary < end)
		nap(NAP_NS);
}

static void refresh_n(long n)
{
	int fd = open("/proc/sys/vm/stat_refresh", O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		fail("/proc/sys/vm/stat_refresh");
	for (long i = 0; i < n; i++)
		if (pwrite(fd, "1", 1, 0) != 1)
			fail("stat_refresh");
	close(fd);
}

int main(int argc, char **argv)
{
	struct stage *stage;
	struct task *task;
	long n;
	pid_t pid;

	if (argc != 4 || (strcmp(argv[1], "timer") != 0 && strcmp(argv[1], "kthread") != 0)) {
		fprintf(stderr, "usage: sleeper timer|kthread CPU N\n");
		return 2;
	}
	stage = stage_new((int)number_argument(argv[2], 0), true);
	task = stage_add(stage, "sleeper");
	n = number_argument(argv[3], 1);
	pid = fork();
	if (pid < 0)
		fail("fork");
	if (!pid) {
		die_with_parent();
		task_begin(stage, task);
		if (argv[1][0] == 't')
			nap_n(n);
		else
			refresh_n(n);
		task_end(stage, task);
		_exit(0);
	}
	stage_run(stage);
	while (wait(NULL) > 0)
		;
	return 0;
}
