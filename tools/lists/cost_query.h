/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Cost histograms by kind, of the host or of some groups, since the start or over an interval. */
#ifndef TVTRACE_COSTS_H
#define TVTRACE_COSTS_H

#include "histogram.h"
#include "session.h"

struct costs;

struct costs_filter {
	int from;		 /* -1: all */
	const char *group;	 /* a name or a number; NULL: the whole host */
	const char *application; /* NULL: any */
};

/* Both stay the caller's. */
struct costs *costs_new(struct session *session, const struct costs_filter *filter);
void costs_free(struct costs *c); /* NULL is ignored */

/* Asks once more. Returns an exit status as session_ask does. */
int costs_refresh(struct costs *c);

/*
 * After the first refresh: since the start of tvtraced. After later ones: since the refresh before;
 * least and greatest value are then those of their buckets.
 */
const struct histogram *costs_of(const struct costs *c, int kind);

u64 costs_time_ns(const struct costs *c);

/* What the histograms span. */
u64 costs_interval_ns(const struct costs *c);

/* How many groups the filter has met at the last refresh. */
size_t costs_nr_groups(const struct costs *c);

/* The last reply, with the parts `host` and `switches`, too; the costs' own; NULL: none. */
struct json_object *costs_reply(const struct costs *c);

#endif
