/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Counts switches over time by kind, in at most TIMELINE_STEPS steps, so that a picture of any time
 * span has room for them.
 */
#ifndef TVTRACE_REPORT_TIMELINE_H
#define TVTRACE_REPORT_TIMELINE_H

#include "record.h"

enum {
	TIMELINE_STEPS = 256,
	TIMELINE_UNLABELLED = NR_KINDS, /* of unknown kind */
	TIMELINE_SERIES,
};

/* An all-zero timeline is empty. */
struct timeline {
	u64 width_ns;	 /* width of a step; 0: no switch was added yet */
	u64 first, last; /* first and last step with a switch, counted from time 0 */
	u64 counts[TIMELINE_STEPS][TIMELINE_SERIES];
};

/* Counts a switch at ts_ns; doubles the width of the steps until that time fits. */
void timeline_add(struct timeline *t, u64 ts_ns, int series);

/* The count of one step; `step` must be between first and last. */
u64 timeline_count(const struct timeline *t, u64 step, int series);

#endif
