/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Joins the two records that a capture has of each context switch of a CPU: ftrace bundles tell
 * which tasks switched, track event instants tell its label and cost. Each of the two streams is in
 * order of time, but one may be well ahead of the other.
 */
#ifndef TVTRACE_REPORT_TRACE_JOIN_H
#define TVTRACE_REPORT_TRACE_JOIN_H

#include <stdbool.h>

#include "record.h"

struct traced;

/* A switch, or only one of its two halves. */
struct joined {
	u64 ts_ns;
	struct traced *prev, *next; /* NULL: not known */
	u32 cost_ns;		    /* 0: not known */
	u64 wait;		    /* of next, WAIT_OF(); 0: not known */
	u32 other; /* tid of the task that a filtered trace shows as tid 0; 0: none */
	u8 kind, from, reason;
	bool labelled; /* kind and from are known; cost_ns is too, if the switch was measured */
};

struct trace_join;

/* Calls `take` for each switch, in order of time if both halves arrive in order of time. */
struct trace_join *trace_join_new(void (*take)(void *ctx, const struct joined *j), void *ctx);
void trace_join_free(struct trace_join *j); /* NULL is ignored */

/* Adds the half with the tasks; its reason is derived from prev_state. */
void trace_join_who(struct trace_join *j, const struct joined *who);

/* Adds the half with the label and the cost. */
void trace_join_what(struct trace_join *j, const struct joined *what);

/* Passes on all switches that still wait: no more halves will come. */
void trace_join_end(struct trace_join *j);

#endif
