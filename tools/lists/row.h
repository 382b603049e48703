/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef TVTRACE_LISTS_ROW_H
#define TVTRACE_LISTS_ROW_H

#include <stdbool.h>
#include <stddef.h>

#include "common/charges.h"

/*
 * A row is of a thread group, a thread, or an application; or it sums up what has ended: the groups
 * of one program, or the threads of one group. Text is printable, and owned by the model.
 */
struct row {
	const char *name;	 /* comm, or the application's name */
	const char *application; /* application of a group; "": unknown */
	const char *kind;    /* kind of the application: "unit", "container", "cgroup", "comm" */
	const char *cmdline; /* "": there is none */
	u32 tgid, ppid;
	u32 tid;      /* 0 unless the row is of a thread */
	u32 threads;  /* threads alive; for a thread those of its group */
	u32 groups;   /* groups alive of an application; otherwise 0 */
	bool ended;   /* sums up what ended: tgid, tid, ppid and start_ns are unused */
	u64 nr_ended; /* ended since the previous reply: threads of a group, else groups */
	u64 start_ns;
	u64 cost_ns;	      /* growth of the cost, of all kinds */
	struct charges grown; /* since the previous reply */
	struct charges total; /* since the start of tvtraced */
	u64 total_cost_ns;
	struct created created; /* since the previous reply; of threads nothing is known */
	u64 unlabelled;		/* switches into it of unknown kind, in traces without labels */
	double seconds;		/* time span of `grown` */
};

#endif
