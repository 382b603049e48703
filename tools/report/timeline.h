/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Switches over time, by kind: in so few steps that a picture holds them, however long it takes. */
#ifndef TVTRACE_REPORT_TIMELINE_H
#define TVTRACE_REPORT_TIMELINE_H

#include "record.h"

enum {
	TIMELINE_STEPS = 256,
	TIMELINE_UNLABELLED = NR_KINDS, /* of unknown kind */
	TIMELINE_SERIES,
};

/* All-zero: empty. */
struct timeline {
	u64 width_ns;	 /* of a step */
	u64 first, last; /* steps since time 0 that have something */
	u64 counts[TIMELINE_STEPS][TIMELINE_SERIES];
};

/* Steps become wider as need be. */
void timeline_add(struct timeline *t, u64 ts_ns, int series);

/* Of a step from first to last. */
u64 timeline_count(const struct timeline *t, u64 step, int series);

#endif
