/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What was seen and what was lost in the last minute. */
#ifndef TVTRACED_COLLECT_RECENT_H
#define TVTRACED_COLLECT_RECENT_H

#include "collect/snapshot.h"

enum { RECENT_SAMPLES = 64, RECENT_SPAN_S = 60 };

struct recent_sample {
	u64 time_ns;
	u64 seen, spilled, unseen, task_events_lost;
};

/* All-zero is empty and valid. */
struct recent {
	struct recent_sample samples[RECENT_SAMPLES]; /* a circle, a second or more apart */
	u64 n;					      /* that were ever taken */
};

/* Remembers the totals of that time, once in a second at most. Times must not fall. */
void recent_note(struct recent *r, u64 now_ns, const struct accounting *now);

/*
 * What came since the newest sample that is at least a minute old or, when there is none, the
 * oldest one; there must be one. time_ns of the result is that span.
 */
struct recent_sample recent_growth(const struct recent *r, u64 now_ns,
				   const struct accounting *now);

#endif
