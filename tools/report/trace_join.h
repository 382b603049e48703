/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Joins the two things that a capture has of each switch of a CPU: who, from the bundles, and what,
 * from the instants. Both come in order of time, one a while before the other.
 */
#ifndef TVTRACE_REPORT_TRACE_JOIN_H
#define TVTRACE_REPORT_TRACE_JOIN_H

#include <stdbool.h>

#include "record.h"

struct traced;

/* A switch, or one of its halves. */
struct joined {
	u64 ts_ns;
	struct traced *prev, *next; /* NULL: not known */
	u32 cost_ns;		    /* 0: not known */
	u32 other; /* tid of who stands behind tid 0 in a filtered trace; 0: nobody */
	u8 kind, from, reason;
	bool labelled; /* kind and from are known, and cost_ns is if there is one */
};

struct trace_join;

/* take is called for each switch, in order of time as long as both halves are. */
struct trace_join *trace_join_new(void (*take)(void *ctx, const struct joined *j), void *ctx);
void trace_join_free(struct trace_join *j); /* NULL is ignored */

/* Who switched; reason is what prev_state says. */
void trace_join_who(struct trace_join *j, const struct joined *who);

/* What the switch was. */
void trace_join_what(struct trace_join *j, const struct joined *what);

/* No other half will come any more. */
void trace_join_end(struct trace_join *j);

#endif
