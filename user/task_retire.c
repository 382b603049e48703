// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* How tasks and groups leave the table. */
#include "task_table.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "index.h"

enum {
	/* How long after its exit event a task may still run; then the kernel is asked. */
	EXIT_PATIENCE_S = 10,
};

static void list_add(struct list *l, void *item)
{
	if (l->n == l->room) {
		l->room = l->room ? l->room * 2 : 64;
		l->items = xrealloc(l->items, l->room, sizeof(*l->items));
	}
	l->items[l->n++] = item;
}

void entry_remove(struct task_table *t, struct entry *e)
{
	slots_remove(&t->threads, e->thread.index);
	index_remove(t->by_tid, key_of(e->thread.tid, e->thread.birth));
	e->thread.group->members--;
	free(e);
}

void entry_list(struct task_table *t, struct entry *e)
{
	if (!e->listed)
		list_add(&t->ending, e);
	e->listed = true;
}

void entry_die(struct task_table *t, struct entry *e)
{
	if (e->thread.dead)
		return;
	e->thread.dead = true;
	e->died = t->interval;
	e->thread.group->threads--;
	touch(t, e);
	entry_list(t, e);
}

void group_retire(struct task_table *t, struct group *g)
{
	slots_remove(&t->groups, g->index);
	index_remove(t->by_group, key_of(g->tgid, BIRTH_OF(g->start_ns)));
	if (index_find(t->by_tgid, g->tgid) == g)
		index_remove(t->by_tgid, g->tgid);
	charges_add(&t->other, &g->total);
	for (int k = 0; k < NR_KINDS; k++)
		histogram_release(&g->cost[k]);
	free(g->cmdline);
	free(g->cgroup);
	free(g->application);
	free(g);
}

/*
 * Removes those that died before the last publication: every CPU has been drained since, so
 * nothing more of them can come. (An exec may have revived one.)
 */
static void retire_dead(struct task_table *t)
{
	size_t kept = 0;

	for (size_t i = 0; i < t->ending.n; i++) {
		struct entry *e = t->ending.items[i];

		if (e->thread.dead ? e->died == t->interval : e->thread.exiting)
			t->ending.items[kept++] = e;
		else if (e->thread.dead)
			entry_remove(t, e);
		else
			e->listed = false;
	}
	t->ending.n = kept;
	t->interval++;
}

void task_table_published(struct task_table *t)
{
	retire_dead(t);
	memset(t->last, 0, t->cpus * sizeof(*t->last));
	for (size_t i = 0; i < t->groups.n; i++) {
		struct group *g = slots_at(&t->groups, i);

		if (g && !g->members)
			group_retire(t, g);
		else if (g)
			g->published = g->total;
	}
	t->other_published = t->other;
}

void task_table_resync_begin(struct task_table *t, u64 boot_ns)
{
	t->resync++;
	t->resync_ns = boot_ns;
}

void task_table_resync_end(struct task_table *t, bool (*lives)(u32 tid, u32 birth))
{
	for (size_t i = 0; i < t->threads.n; i++) {
		struct entry *e = slots_at(&t->threads, i);

		if (!e || e == t->idle || e->resync == t->resync ||
		    e->thread.start_ns >= t->resync_ns)
			continue;
		if (!e->found || !lives(e->thread.tid, e->thread.birth))
			entry_die(t, e);
	}
}

bool task_table_overdue(const struct task_table *t, u64 now_ns)
{
	for (size_t i = 0; i < t->ending.n; i++) {
		const struct thread *th = t->ending.items[i];

		if (th->exiting && !th->dead &&
		    th->exit_ns + EXIT_PATIENCE_S * 1000000000ull < now_ns)
			return true;
	}
	return false;
}
