// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Charges thread groups with the tasks that they created. */
#include "common/index.h"
#include "tables/task_table_private.h"

/* Charges the group of r's creator with `created`, or else `other`. */
static void charge_creator(struct task_table *t, const struct task_record *r,
			   const struct created *created)
{
	struct group *g = index_find(t->by_group, key_of(r->other, r->other_birth));

	if (g && g->threads) {
		created_add(&g->created, created);
		if (created->resident_bytes)
			g->created.resident_bytes = created->resident_bytes;
		g->changed = t->seq;
		return;
	}
	created_add(&t->other_created, created);
	if (!g || !g->ended)
		return;
	created_add(&g->ended->created, created);
	g->ended->changed = t->seq;
}

void task_created_count(struct task_table *t, const struct task_record *r)
{
	struct created created = {0};

	created.count[r->creation] = 1;
	charge_creator(t, r, &created);
}

void task_created_timed(struct task_table *t, const struct task_record *r)
{
	struct created created = {0};

	created.timed[r->creation] = 1;
	created.duration_ns[r->creation] = r->created.duration_ns;
	created.resident_bytes = r->created.resident_pages * t->page_bytes;
	charge_creator(t, r, &created);
}

const struct created *task_table_other_created(const struct task_table *t)
{
	return &t->other_created;
}
