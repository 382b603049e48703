/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Histograms of costs by kind, of waits by what they followed, and of creations and first waits by
 * kind of task, of the host or (the first two) of some thread groups, since the start of tvtraced
 * or over an interval.
 */
#ifndef TVTRACE_LISTS_HISTOGRAM_QUERY_H
#define TVTRACE_LISTS_HISTOGRAM_QUERY_H

#include <stdbool.h>

#include "client/session.h"
#include "common/histogram.h"

struct histogram_query;

struct histogram_query_filter {
	bool waits;		 /* waits are asked for, too */
	bool creations;		 /* and creations and first waits */
	int from;		 /* -1: all */
	int kind;		 /* of the switches that ended the waits; -1: all */
	const char *group;	 /* name or tgid; NULL: the whole host */
	const char *application; /* NULL: any */
};

/* The session and the texts of the filter stay the caller's, and must outlive the query. */
struct histogram_query *histogram_query_new(struct session *session,
					    const struct histogram_query_filter *filter);
void histogram_query_free(struct histogram_query *q); /* NULL is ignored */

/* Asks the daemon again. Returns an exit status as session_ask() does. */
int histogram_query_refresh(struct histogram_query *q);

/*
 * The costs of a kind, the waits after something, and how long the creation of a kind of task took
 * and how long it waited to run. After the first refresh the histogram is
 * since the start of tvtraced, after a later one since the previous refresh. The minimum and
 * maximum are then bounds of buckets.
 */
const struct histogram *histogram_query_cost(const struct histogram_query *q, int kind);
const struct histogram *histogram_query_wait(const struct histogram_query *q, int after);
const struct histogram *histogram_query_creation(const struct histogram_query *q, int kind);
const struct histogram *histogram_query_start(const struct histogram_query *q, int kind);

u64 histogram_query_time_ns(const struct histogram_query *q);

/* The time that the histograms span. */
u64 histogram_query_interval_ns(const struct histogram_query *q);

/*
 * For how long of that time it was counted what switches do to the TLB, which the costs of kind
 * process then contain.
 */
u64 histogram_query_tlb_ns(const struct histogram_query *q);

/* The number of groups that matched the filter at the last refresh. */
size_t histogram_query_nr_groups(const struct histogram_query *q);

/*
 * The last reply, which also has the parts `host` and `switches`. It is owned by the query; NULL:
 * there is none.
 */
struct json_object *histogram_query_reply(const struct histogram_query *q);

#endif
