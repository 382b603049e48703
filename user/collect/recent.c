// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "collect/recent.h"

#include "common/clock.h"

static const struct recent_sample *sample(const struct recent *r, u64 i)
{
	return &r->samples[i % RECENT_SAMPLES];
}

void recent_note(struct recent *r, u64 now_ns, const struct accounting *now)
{
	if (r->n && now_ns - sample(r, r->n - 1)->time_ns < NSEC_PER_SEC)
		return;
	r->samples[r->n++ % RECENT_SAMPLES] = (struct recent_sample){
		now_ns, now->seen, now->spilled, now->unseen, now->task_events_lost};
}

struct recent_sample recent_growth(const struct recent *r, u64 now_ns, const struct accounting *now)
{
	u64 oldest = r->n > RECENT_SAMPLES ? r->n - RECENT_SAMPLES : 0, i = r->n - 1;
	const struct recent_sample *then;

	while (i > oldest && now_ns - sample(r, i)->time_ns < RECENT_SPAN_S * NSEC_PER_SEC)
		i--;
	then = sample(r, i);
	return (struct recent_sample){now_ns - then->time_ns, now->seen - then->seen,
				      now->spilled - then->spilled, now->unseen - then->unseen,
				      now->task_events_lost - then->task_events_lost};
}
