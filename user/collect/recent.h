/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Counts how many switches were seen and lost in the last minute. */
#ifndef TVTRACED_COLLECT_RECENT_H
#define TVTRACED_COLLECT_RECENT_H

#include "collect/snapshot.h"

enum { RECENT_SAMPLES = 64, RECENT_SPAN_S = 60 };

struct recent_sample {
	u64 time_ns;
	u64 seen, spilled, unseen, task_events_lost;
};

/* An all-zero struct is empty and valid. */
struct recent {
	struct recent_sample samples[RECENT_SAMPLES]; /* circular; a second or more apart */
	u64 n;					      /* number of samples ever taken */
};

/* Takes a sample of the totals at now_ns, at most once a second. now_ns must not decrease. */
void recent_note(struct recent *r, u64 now_ns, const struct accounting *now);

/*
 * Returns the growth of the totals since the newest sample that is at least a minute old or, when
 * there is none, since the oldest sample; there must be at least one sample. time_ns of the result
 * is the time span.
 */
struct recent_sample recent_growth(const struct recent *r, u64 now_ns,
				   const struct accounting *now);

#endif
