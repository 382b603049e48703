/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef TVTRACE_LISTS_ROW_H
#define TVTRACE_LISTS_ROW_H

#include <stdbool.h>
#include <stddef.h>

#include "common/charges.h"

/*
 * A thread group, a thread, or an application; or what has ended of those: the groups of one
 * program, or the threads of one group. Text is printable, and the model's.
 */
struct row {
	const char *name;	 /* comm, or the application's name */
	const char *application; /* of a group; "" while it is not known */
	const char *kind;	 /* of the application: "unit", "container", "cgroup", "comm" */
	const char *cmdline;	 /* "" without one */
	u32 tgid, ppid;
	u32 tid;      /* of a thread; otherwise 0 */
	u32 threads;  /* alive; of a thread: of its group */
	u32 groups;   /* of an application; otherwise 0 */
	bool ended;   /* it is what has ended; then tgid, tid, ppid and start_ns mean nothing */
	u64 nr_ended; /* since the reply before: threads of a group, otherwise groups */
	u64 start_ns;
	u64 cost_ns;	      /* grown, of all kinds */
	struct charges grown; /* since the reply before */
	struct charges total; /* since the start of tvtraced */
	u64 total_cost_ns;
	u64 unlabelled; /* switches into it of unknown kind: of a trace that does not tell */
	double seconds; /* that `grown` took */
};

#endif
