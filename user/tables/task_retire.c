// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Removes tasks and groups from the table. */
#include "tables/task_table_private.h"

#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/array.h"
#include "common/clock.h"
#include "common/index.h"

enum {
	/*
	 * A task may still run for so long after its exit event; then a resync asks the kernel
	 * whether it exists.
	 */
	EXIT_PATIENCE_S = 10,
	/* When more tasks than this are exiting, a resync is due, but at most once a second. */
	MANY_EXITING = 4096,
};

static void list_add(struct list *l, void *item)
{
	ARRAY_RESERVE(l->items, l->n, l->room);
	l->items[l->n++] = item;
}

void entry_list(struct task_table *t, struct entry *e)
{
	if (!e->listed)
		list_add(&t->ending, e);
	e->listed = true;
}

void entry_join(struct task_table *t, struct entry *e, u64 ts_ns)
{
	struct entry *before = index_find(t->living, e->thread.tid);
	struct group *g = e->thread.group;

	/*
	 * The tid is in use again, so its earlier owner has ended; the record that reports its end
	 * is still on its way.
	 */
	if (before)
		entry_die(t, before, ts_ns);
	index_add(t->living, e->thread.tid, e);
	t->nr_threads++;
	if (g->threads++)
		return;
	t->nr_groups++;
	/*
	 * If the group was already taken for ended, that was wrong, because an event was lost. The
	 * group then begins anew.
	 */
	if (g->ended)
		g->ended->holders--;
	g->ended = NULL;
}

static void note_end(struct task_table *t, const struct group *g)
{
	struct group_end *end = &t->ends[t->nr_ends % MAX_ENDS];

	if (!g->told)
		return;
	*end = (struct group_end){g->tgid, g->start_ns, t->seq, g->ended ? g->ended->id : 0};
	t->nr_ends++;
}

/*
 * Moves the charges of g to `other` and to the entry of its program, which also get all later
 * charges of the group.
 */
static void group_end(struct task_table *t, struct group *g)
{
	struct ended *e = ended_get(t->ended, g);

	charges_add(&t->other, &g->total);
	charges_add(&t->other_published, &g->published);
	created_add(&t->other_created, &g->created);
	if (e) {
		charges_add(&e->total, &g->total);
		charges_add(&e->published, &g->published);
		created_add(&e->created, &g->created);
		e->groups++;
		e->threads += g->ended_threads;
		e->changed = t->seq;
		e->holders++;
	}
	g->ended = e;
	g->total = g->published = (struct charges){0};
	g->created = (struct created){0};
	group_release_histograms(g);
	t->nr_groups--;
	note_end(t, g);
}

void entry_die(struct task_table *t, struct entry *e, u64 ts_ns)
{
	struct group *g = e->thread.group;

	if (e->thread.dead)
		return;
	e->thread.dead = true;
	e->died_ns = ts_ns;
	index_remove(t->living, e->thread.tid);
	t->nr_dead++;
	t->nr_threads--;
	g->ended_threads++;
	touch(t, e);
	entry_list(t, e);
	if (!--g->threads)
		group_end(t, g);
}

void entry_die_after_events(struct task_table *t, struct entry *e, u64 ts_ns)
{
	if (e->thread.group->threads == 1 && t->empty)
		t->empty(t->empty_ctx);
	entry_die(t, e, ts_ns);
}

void entry_remove(struct task_table *t, struct entry *e)
{
	if (e->thread.dead)
		t->nr_dead--;
	slots_remove(&t->threads, e->thread.index);
	index_remove(t->by_tid, key_of(e->thread.tid, e->thread.birth));
	e->thread.group->members--;
	free(e);
}

void group_remove(struct task_table *t, struct group *g)
{
	slots_remove(&t->groups, g->index);
	index_remove(t->by_group, key_of(g->tgid, BIRTH_OF(g->start_ns)));
	if (index_find(t->by_tgid, g->tgid) == g)
		index_remove(t->by_tgid, g->tgid);
	if (g->ended)
		g->ended->holders--;
	group_release_histograms(g);
	free(g->cmdline);
	free(g->cgroup);
	free(g->application);
	free(g);
}

static void entry_settle(struct task_table *t, struct entry *e)
{
	struct group *g = e->thread.group;

	entry_remove(t, e);
	if (!g->members)
		group_remove(t, g);
}

void task_table_settle(struct task_table *t, u64 before_ns)
{
	size_t kept = 0, n = t->ending.n;

	for (size_t i = 0; i < n; i++) {
		struct entry *e = t->ending.items[i];

		if (e->thread.dead && e->died_ns < before_ns)
			entry_settle(t, e);
		else if (e->thread.dead || e->thread.exiting)
			t->ending.items[kept++] = e;
		else
			e->listed = false; /* an exec has revived it */
	}
	t->ending.n = kept;
	if (kept < n)
		memset(t->last, 0, t->cpus * sizeof(*t->last));
}

size_t task_table_nr_unsettled(const struct task_table *t)
{
	return t->nr_dead;
}

void task_table_published(struct task_table *t)
{
	for (size_t i = 0; i < t->groups.n; i++) {
		struct group *g = slots_at(&t->groups, i);

		if (g)
			g->published = g->total;
	}
	for (size_t i = 0; i < MAX_ENDED; i++) {
		struct ended *e = ended_at(t->ended, i);

		if (!e)
			continue;
		e->published = e->total;
		e->published_threads = e->threads;
	}
	t->other_published = t->other;
}

void task_table_resync_begin(struct task_table *t, u64 boot_ns)
{
	t->resync++;
	t->resync_ns = boot_ns;
}

void task_table_resync_end(struct task_table *t, u64 now_ns, bool (*lives)(u32 tid, u32 birth))
{
	t->resync_end_ns = now_ns;
	for (size_t i = 0; i < t->threads.n; i++) {
		struct entry *e = slots_at(&t->threads, i);

		if (!e || e == t->idle || e->resync == t->resync ||
		    e->thread.start_ns >= t->resync_ns)
			continue;
		if (!e->found || !lives(e->thread.tid, e->thread.birth))
			entry_die_after_events(t, e, now_ns);
	}
}

bool task_table_overdue(const struct task_table *t, u64 now_ns)
{
	if (t->ending.n - t->nr_dead > MANY_EXITING && t->resync_end_ns + NSEC_PER_SEC < now_ns)
		return true;
	for (size_t i = 0; i < t->ending.n; i++) {
		const struct thread *th = t->ending.items[i];

		if (th->exiting && !th->dead &&
		    th->exit_ns + EXIT_PATIENCE_S * NSEC_PER_SEC < now_ns)
			return true;
	}
	return false;
}
