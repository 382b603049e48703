/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Cost histograms by kind, of the host or of some thread groups, since the start of tvtraced or
 * over an interval.
 */
#ifndef TVTRACE_LISTS_COST_QUERY_H
#define TVTRACE_LISTS_COST_QUERY_H

#include <stdbool.h>

#include "client/session.h"
#include "common/histogram.h"

struct cost_query;

struct cost_query_filter {
	int from;		 /* -1: all */
	const char *group;	 /* name or tgid; NULL: the whole host */
	const char *application; /* NULL: any */
};

/* The session and the texts of the filter stay the caller's, and must outlive the query. */
struct cost_query *cost_query_new(struct session *session, const struct cost_query_filter *filter);
void cost_query_free(struct cost_query *c); /* NULL is ignored */

/* Asks the daemon again. Returns an exit status as session_ask() does. */
int cost_query_refresh(struct cost_query *c);

/*
 * After the first refresh the histogram is since the start of tvtraced, after a later one since the
 * previous refresh. The minimum and maximum are then bounds of buckets.
 */
const struct histogram *cost_query_of(const struct cost_query *c, int kind);

u64 cost_query_time_ns(const struct cost_query *c);

/* The time that the histograms span. */
u64 cost_query_interval_ns(const struct cost_query *c);

/* The number of groups that matched the filter at the last refresh. */
size_t cost_query_nr_groups(const struct cost_query *c);

/*
 * The last reply, which also has the parts `host` and `switches`. It is owned by the query; NULL:
 * there is none.
 */
struct json_object *cost_query_reply(const struct cost_query *c);

#endif
