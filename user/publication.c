// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "publication.h"

const char *const kind_names[NR_KINDS] = {
	[KIND_THREAD] = "thread",
	[KIND_PROCESS] = "process",
	[KIND_KTHREAD] = "kthread",
	[KIND_IDLE] = "idle",
};

const char *const from_names[NR_FROMS] = {
	[FROM_USER] = "user",
	[FROM_KTHREAD] = "kthread",
	[FROM_IDLE] = "idle",
};

const char *const reason_names[NR_REASONS] = {
	[REASON_VOLUNTARY] = "voluntary",
	[REASON_PREEMPTED] = "preempted",
};

static u64 charged(const struct charges *c)
{
	u64 sum = 0;

	for (int k = 0; k < NR_KINDS; k++)
		sum += c->switches[k];
	return sum;
}

struct residuals publication_residuals(const struct publication *p)
{
	const struct accounting *a = &p->now;
	u64 labels = 0, costs = 0, groups = charged(task_table_other(p->tasks));

	for (int i = 0; i < NR_LABELS; i++)
		labels += a->labels[i];
	for (int i = 0; i < NR_CELLS; i++)
		costs += p->cost[i].count;
	for (size_t i = 0; i < task_table_nr_groups(p->tasks); i++)
		groups += charged(&task_table_group(p->tasks, i)->total);
	return (struct residuals){
		.labels = (long long)(labels - a->seen),
		.records = (long long)(a->seen - a->received - a->spilled),
		.costs = (long long)(costs + a->unmeasured - a->seen),
		.groups = (long long)(groups - a->received),
	};
}
