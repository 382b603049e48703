/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Cost histograms by kind, of the host or of some groups, since the start or over an interval. */
#ifndef TVTRACE_LISTS_COST_QUERY_H
#define TVTRACE_LISTS_COST_QUERY_H

#include <stdbool.h>

#include "client/session.h"
#include "common/histogram.h"

struct cost_query;

struct cost_query_filter {
	int from;		 /* -1: all */
	const char *group;	 /* a name or a number; NULL: the whole host */
	const char *application; /* NULL: any */
};

/* Both stay the caller's. */
struct cost_query *cost_query_new(struct session *session, const struct cost_query_filter *filter);
void cost_query_free(struct cost_query *c); /* NULL is ignored */

/* Asks once more. Returns an exit status as session_ask does. */
int cost_query_refresh(struct cost_query *c);

/*
 * After the first refresh: since the start of tvtraced. After later ones: since the refresh before;
 * least and greatest value are then those of their buckets.
 */
const struct histogram *cost_query_of(const struct cost_query *c, int kind);

u64 cost_query_time_ns(const struct cost_query *c);

/* What the histograms span. */
u64 cost_query_interval_ns(const struct cost_query *c);

/* How many groups the filter has met at the last refresh. */
size_t cost_query_nr_groups(const struct cost_query *c);

/* The last reply, with the parts `host` and `switches`, too; the costs' own; NULL: none. */
struct json_object *cost_query_reply(const struct cost_query *c);

#endif
