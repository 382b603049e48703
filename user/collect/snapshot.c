// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "collect/snapshot.h"

u64 snapshot_charged(const struct task_table *tasks)
{
	u64 sum = charges_switches(task_table_other(tasks));

	for (size_t i = 0; i < task_table_group_slots(tasks); i++) {
		const struct group *g = task_table_group(tasks, i);

		if (g)
			sum += charges_switches(&g->total);
	}
	return sum;
}

struct residuals snapshot_residuals(const struct snapshot *s)
{
	const struct accounting *a = &s->accounting;
	u64 labels = 0, costs = 0, waits = 0, into_tasks = 0;

	for (int i = 0; i < NR_LABELS; i++) {
		labels += a->labels[i];
		if (LABEL_KIND(i) != KIND_IDLE)
			into_tasks += a->labels[i];
	}
	for (int i = 0; i < NR_CELLS; i++) {
		costs += s->histograms.cost[i].count;
		for (int w = 0; w < NR_WAITS; w++)
			waits += s->histograms.wait[i][w].count;
	}
	return (struct residuals){
		.labels = (long long)(labels - a->seen),
		.records = (long long)(a->seen - a->received - a->spilled),
		.costs = (long long)(costs + a->unmeasured - a->seen),
		.groups = (long long)(s->charged - a->received),
		.waits = !s->host->wait_reason ? (long long)(waits - into_tasks) : 0,
	};
}
