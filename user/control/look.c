// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "control/look.h"

/* The least time between two looks: each takes some tens of microseconds per CPU. */
enum { LOOK_PERIOD_NS = 5000000 };

void look_init(struct look *l, const struct control_source *source, unsigned int max_clients)
{
	l->source = *source;
	l->facts.max_clients = max_clients;
	l->facts.cpus = source->cpus;
	l->facts.recorder = source->recorder;
}

void look_release(struct look *l)
{
	histograms_release(&l->snapshot.histograms);
}

u64 look_earliest(const struct look *l, u64 asked_ns)
{
	return l->snapshot.time_ns >= asked_ns ? 0 : l->snapshot.time_ns + LOOK_PERIOD_NS;
}

const struct snapshot *look_refresh(struct look *l, u64 asked_ns)
{
	struct snapshot *s = &l->snapshot;

	if (s->time_ns < asked_ns) {
		l->source.fill(l->source.ctx, s);
		l->seq = task_table_next_seq(l->source.tasks);
		recent_note(&l->facts.recent, s->time_ns, &s->accounting);
	}
	return s;
}
