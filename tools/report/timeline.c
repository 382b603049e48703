// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "report/timeline.h"

#include <string.h>

enum { NARROWEST_NS = 1 << 16 };

static void widen(struct timeline *t)
{
	u64 counts[TIMELINE_STEPS][TIMELINE_SERIES] = {0};

	for (u64 s = t->first; s <= t->last; s++)
		for (int i = 0; i < TIMELINE_SERIES; i++)
			counts[s / 2 % TIMELINE_STEPS][i] += t->counts[s % TIMELINE_STEPS][i];
	memcpy(t->counts, counts, sizeof(counts));
	t->width_ns *= 2;
	t->first /= 2;
	t->last /= 2;
}

void timeline_add(struct timeline *t, u64 ts_ns, int series)
{
	u64 step;

	if (!t->width_ns) {
		t->width_ns = NARROWEST_NS;
		t->first = t->last = ts_ns / t->width_ns;
	}
	step = ts_ns / t->width_ns;
	while ((step > t->last ? step : t->last) - (step < t->first ? step : t->first) >=
	       TIMELINE_STEPS) {
		widen(t);
		step = ts_ns / t->width_ns;
	}
	if (step < t->first)
		t->first = step;
	if (step > t->last)
		t->last = step;
	t->counts[step % TIMELINE_STEPS][series]++;
}

u64 timeline_count(const struct timeline *t, u64 step, int series)
{
	return t->counts[step % TIMELINE_STEPS][series];
}
