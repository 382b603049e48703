/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The tracepoints for events in tasks' lives, one row each, from which the features are made and
 * the programs are loaded and attached. The program in bpf/ has the tracepoint's name.
 */
#ifndef TVTRACED_PROBES_TASK_TRACEPOINTS_H
#define TVTRACED_PROBES_TASK_TRACEPOINTS_H

/*
 * X(feature, tracepoint, number of arguments that the program uses, first kernel version that has
 * it or NULL, what is lost without it)
 */
#define TASK_TRACEPOINTS(X)                                                                        \
	X(TASK_NEWTASK, task_newtask, 2, NULL,                                                     \
	  "how many tasks are created; some that live briefly count as other")                     \
	X(SCHED_PROCESS_FORK, sched_process_fork, 2, NULL, "parents of new processes")             \
	X(SCHED_PROCESS_EXEC, sched_process_exec, 2, NULL,                                         \
	  "new names of tasks that execute another program")                                       \
	X(SCHED_PROCESS_EXIT, sched_process_exit, 1, NULL,                                         \
	  "some tasks that have ended stay listed")                                                \
	X(CGROUP_ATTACH_TASK, cgroup_attach_task, 3, NULL,                                         \
	  "moves to another cgroup are noticed at the next exec")                                  \
	/*                                                                                         \
	 * Calibration uses task_rename.                                                           \
	 */                                                                                        \
	X(TASK_RENAME, task_rename, 2, NULL,                                                       \
	  "everything: tvtraced does not start (exit status 1)")                                   \
	X(SUSPEND_RESUME, suspend_resume, 3, NULL,                                                 \
	  "the moment of a suspension in captures, but for some ms")

#endif
