// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "tables/task_table.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/alloc.h"
#include "common/index.h"
#include "common/names.h"
#include "tables/task_table_private.h"

static void copy_comm(char *to, const char *from)
{
	memcpy(to, from, COMM_LEN);
	to[COMM_LEN - 1] = '\0';
}

static void group_unread(const struct task_table *t, struct group *g)
{
	g->details_read = false;
	if (t->unread)
		t->unread(t->unread_ctx, g);
}

/*
 * Returns whether the leader's start time in r is inexact, as when /proc shows a thread that is not
 * the leader.
 */
static bool is_about(const struct task_record *r)
{
	return r->event == TASK_FOUND && r->tid != r->tgid;
}

/*
 * Returns the group of a record if the start time of at least one of the two is inexact and both
 * agree within FOUND_SLACK_NS; NULL: there is none. An exact start time replaces the group's
 * inexact one.
 */
static struct group *group_about(struct task_table *t, const struct task_record *r)
{
	struct group *g = index_find(t->by_tgid, r->tgid);
	u64 slack = FOUND_SLACK_NS;

	if (!g || !(g->about || is_about(r)) || g->start_ns + slack < r->leader_start_ns ||
	    r->leader_start_ns + slack < g->start_ns)
		return NULL;
	if (g->about && !is_about(r)) {
		index_remove(t->by_group, key_of(g->tgid, BIRTH_OF(g->start_ns)));
		g->start_ns = r->leader_start_ns;
		g->about = false;
		index_add(t->by_group, key_of(g->tgid, BIRTH_OF(g->start_ns)), g);
		describe(t, g);
	}
	return g;
}

static struct group *group_get(struct task_table *t, const struct task_record *r)
{
	u64 key = key_of(r->tgid, BIRTH_OF(r->leader_start_ns));
	struct group *g = index_find(t->by_group, key);

	if (!g)
		g = group_about(t, r);
	if (g || t->groups.used >= t->max_groups)
		return g;
	g = xcalloc(1, sizeof(*g));
	g->tgid = r->tgid;
	g->start_ns = r->leader_start_ns;
	g->about = is_about(r);
	g->kernel = r->kernel;
	copy_comm(g->comm, r->comm);
	group_name_application(g);
	g->index = (u32)slots_add(&t->groups, g);
	index_add(t->by_group, key, g);
	index_remove(t->by_tgid, g->tgid);
	index_add(t->by_tgid, g->tgid, g);
	describe(t, g);
	group_unread(t, g);
	return g;
}

static struct entry *entry_find(const struct task_table *t, u32 tid, u32 birth)
{
	if (!tid)
		return t->idle;
	return index_find(t->by_tid, key_of(tid, birth));
}

static struct entry *entry_add(struct task_table *t, const struct task_record *r)
{
	struct entry *e;
	struct group *g;

	if (t->threads.used >= t->max_threads)
		return NULL;
	g = group_get(t, r);
	if (!g)
		return NULL;
	e = xcalloc(1, sizeof(*e));
	e->thread.tid = r->tid;
	e->thread.birth = BIRTH_OF(r->start_ns);
	e->thread.start_ns = r->start_ns;
	e->thread.group = g;
	e->thread.creation = NR_CREATIONS;
	e->thread.index = (u32)slots_add(&t->threads, e);
	copy_comm(e->thread.comm, r->comm);
	e->resync = t->resync;
	g->members++;
	entry_join(t, e, r->ts_ns);
	touch(t, e);
	index_add(t->by_tid, key_of(r->tid, e->thread.birth), e);
	return e;
}

/*
 * An exec by a thread other than the leader gives the calling thread the leader's tid and start
 * time. e is the entry of these; it takes over the charges of the caller's old entry.
 */
static void take_over(struct task_table *t, struct entry *e, const struct task_record *r)
{
	struct entry *old = index_find(t->living, r->other);

	/*
	 * The record lacks the start time of the old tid, so the entry may be of another task that
	 * reused it.
	 */
	if (old && old->thread.group != e->thread.group)
		old = NULL;
	if (e->thread.dead) {
		e->thread.dead = false;
		t->nr_dead--;
		entry_join(t, e, r->ts_ns);
	}
	e->thread.exiting = false;
	e->revived_ns = r->ts_ns;
	if (!old)
		return;
	touch(t, old);
	e->thread.total = old->thread.total;
	old->thread.total = (struct charges){0};
	old->successor = e;
	entry_die(t, old, r->ts_ns);
}

static void group_renamed(const struct task_table *t, struct group *g, const struct task_record *r)
{
	copy_comm(g->comm, r->comm);
	group_name_application(g);
	describe(t, g);
	group_unread(t, g);
}

static void group_set_parent(const struct task_table *t, struct group *g, u32 parent_tgid)
{
	if (g->parent_tgid == parent_tgid)
		return;
	g->parent_tgid = parent_tgid;
	describe(t, g);
}

void task_table_event(struct task_table *t, const struct task_record *r)
{
	struct entry *e = entry_find(t, r->tid, BIRTH_OF(r->start_ns));

	if (r->event == TASK_CREATED) {
		task_created_timed(t, r);
		return;
	}
	if (r->event == TASK_NEW)
		task_created_count(t, r);
	if (!e) {
		/*
		 * No more events will come for a task whose exit is the first event seen, so it is
		 * not added.
		 */
		if (r->event == TASK_EXIT)
			return;
		e = entry_add(t, r);
		if (!e)
			return;
	}
	if (r->event != TASK_EXISTING)
		touch(t, e);
	switch ((enum task_event)r->event) {
	case TASK_FOUND:
		e->found = true;
		copy_comm(e->thread.comm, r->comm);
		break;
	case TASK_EXISTING:
		e->resync = t->resync;
		if (e == t->idle)
			return;
		copy_comm(e->thread.comm, r->comm);
		if (r->tid != r->tgid)
			break;
		group_set_parent(t, e->thread.group, r->other);
		if (strncmp(e->thread.group->comm, r->comm, COMM_LEN) != 0)
			group_renamed(t, e->thread.group, r);
		break;
	case TASK_NEW:
		e->thread.creation = r->creation;
		break;
	case TASK_FORK:
		if (r->tid != r->tgid)
			break;
		group_set_parent(t, e->thread.group, r->other);
		group_inherit(e->thread.group,
			      index_find(t->by_group, key_of(r->other, r->other_birth)));
		break;
	case TASK_EXEC:
		if (r->other != r->tid)
			take_over(t, e, r);
		copy_comm(e->thread.comm, r->comm);
		group_renamed(t, e->thread.group, r);
		break;
	case TASK_RENAME:
		copy_comm(e->thread.comm, r->comm);
		if (r->tid == r->tgid)
			group_renamed(t, e->thread.group, r);
		break;
	case TASK_EXIT:
		e->thread.exiting = true;
		e->thread.exit_ns = r->ts_ns;
		entry_list(t, e);
		break;
	case TASK_MOVED:
		if (r->tid == r->tgid)
			group_unread(t, e->thread.group);
		break;
	case TASK_CREATED:
	case CLOCK_STEPPED: /* not about a task */
		break;
	}
}

/*
 * Returns the program's charges, for a record that comes from another CPU's ring buffer after the
 * group has ended; NULL: the program has no entry.
 */
static struct charges *charges_of_ended(const struct task_table *t, const struct group *g)
{
	if (!g->ended)
		return NULL;
	g->ended->changed = t->seq;
	return &g->ended->total;
}

static void charge_group_in(struct task_table *t, struct group *g, const struct switch_record *r)
{
	struct charges *ended;

	if (g->threads) {
		charges_add_in(&g->total, r);
		if (r->cost_ns)
			histogram_add(&g->cost[LABEL_KIND(r->label)], r->cost_ns);
		if (r->wait)
			histogram_add(&g->wait[WAIT_AFTER(r->wait)], WAIT_NS(r->wait));
		return;
	}
	charges_add_in(&t->other, r);
	ended = charges_of_ended(t, g);
	if (ended)
		charges_add_in(ended, r);
}

static void charge_group_out(struct task_table *t, struct group *g, const struct switch_record *r)
{
	struct charges *ended;

	if (g->threads) {
		charges_add_out(&g->total, r);
		return;
	}
	charges_add_out(&t->other, r);
	ended = charges_of_ended(t, g);
	if (ended)
		charges_add_out(ended, r);
}

static void charge_next(struct task_table *t, struct entry *e, const struct switch_record *r)
{
	if (!e) {
		charges_add_in(&t->other, r);
		t->unattributed++;
		return;
	}
	if (e->successor)
		e = e->successor;
	touch(t, e);
	charge_group_in(t, e->thread.group, r);
	if (r->ts_ns < e->revived_ns && r->next_tid == e->thread.tid)
		return;
	charges_add_in(&e->thread.total, r);
}

static void charge_prev(struct task_table *t, struct entry *e, const struct switch_record *r)
{
	if (!e) {
		charges_add_out(&t->other, r);
		return;
	}
	if (e->successor)
		e = e->successor;
	touch(t, e);
	charge_group_out(t, e->thread.group, r);
	if (r->ts_ns < e->revived_ns && r->prev_tid == e->thread.tid)
		return;
	charges_add_out(&e->thread.total, r);
	if (r->prev_state & PREV_STATE_DEAD && e != t->idle)
		entry_die_after_events(t, e, r->ts_ns);
}

static struct entry *entry_of_next(struct task_table *t, const struct switch_record *r)
{
	struct entry *e = entry_find(t, r->next_tid, r->next_birth);

	/*
	 * The event that introduces the task was submitted before the task could run, so it waits
	 * in the ring buffer of task events.
	 */
	if (!e && t->miss) {
		t->miss(t->miss_ctx, r->next_tid, r->next_birth);
		e = entry_find(t, r->next_tid, r->next_birth);
	}
	return e;
}

void task_table_switch(struct task_table *t, u32 cpu, const struct switch_record *r)
{
	struct cpu_cache *last = &t->last[cpu < t->cpus ? cpu : t->cpus - 1];
	struct entry *prev, *next;

	/*
	 * On one CPU, the next task of a switch is the prev task of the following one, so its entry
	 * is remembered.
	 */
	if (last->entry && last->tid == r->prev_tid && last->birth == r->prev_birth)
		prev = last->entry;
	else
		prev = entry_find(t, r->prev_tid, r->prev_birth);
	next = entry_of_next(t, r);
	charge_prev(t, prev, r);
	charge_next(t, next, r);
	*last = (struct cpu_cache){r->next_tid, r->next_birth, next};
}

static void add_idle(struct task_table *t)
{
	const struct task_record r = {.event = TASK_EXISTING, .kernel = 1, .comm = NAME_IDLE};

	t->idle = entry_add(t, &r);
}

struct task_table *task_table_new(size_t cpus, size_t max_threads, size_t max_groups)
{
	struct task_table *t = xcalloc(1, sizeof(*t));

	t->cpus = cpus;
	t->page_bytes = (u64)sysconf(_SC_PAGESIZE);
	t->seq = 1;
	t->last = xcalloc(cpus, sizeof(*t->last));
	t->max_threads = max_threads + 1; /* one more for the idle tasks */
	t->max_groups = max_groups + 1;
	t->by_tid = index_new();
	t->living = index_new();
	t->by_group = index_new();
	t->by_tgid = index_new();
	t->ended = ended_table_new();
	t->ends = xcalloc(MAX_ENDS, sizeof(*t->ends));
	add_idle(t);
	return t;
}

void task_table_free(struct task_table *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < t->threads.n; i++)
		if (t->threads.items[i])
			entry_remove(t, t->threads.items[i]);
	for (size_t i = 0; i < t->groups.n; i++)
		if (t->groups.items[i])
			group_remove(t, t->groups.items[i]);
	index_free(t->by_tid);
	index_free(t->living);
	index_free(t->by_group);
	index_free(t->by_tgid);
	slots_release(&t->threads);
	slots_release(&t->groups);
	ended_table_free(t->ended);
	free(t->ends);
	free(t->ending.items);
	free(t->last);
	free(t);
}

void task_table_on_miss(struct task_table *t, task_miss_fn fn, void *ctx)
{
	t->miss = fn;
	t->miss_ctx = ctx;
}

void task_table_on_empty(struct task_table *t, task_empty_fn fn, void *ctx)
{
	t->empty = fn;
	t->empty_ctx = ctx;
}

void task_table_on_unread(struct task_table *t, task_unread_fn fn, void *ctx)
{
	t->unread = fn;
	t->unread_ctx = ctx;
}

void task_table_described(const struct task_table *t, struct group *g)
{
	describe(t, g);
}

bool task_table_knows(const struct task_table *t, u32 tid, u32 birth)
{
	return entry_find(t, tid, birth);
}

enum creation task_table_creation(const struct task_table *t, u32 tid, u32 birth)
{
	const struct entry *e = entry_find(t, tid, birth);

	return e ? e->thread.creation : NR_CREATIONS;
}

const char *task_table_comm(const struct task_table *t, u32 tid, u32 birth)
{
	const struct entry *e = entry_find(t, tid, birth);

	return e ? e->thread.comm : NULL;
}

u64 task_table_next_seq(struct task_table *t)
{
	return t->seq++;
}

size_t task_table_nr_threads(const struct task_table *t)
{
	return t->nr_threads;
}

size_t task_table_nr_groups(const struct task_table *t)
{
	return t->nr_groups;
}

size_t task_table_max_threads(const struct task_table *t)
{
	return t->max_threads - 1;
}

size_t task_table_max_groups(const struct task_table *t)
{
	return t->max_groups - 1;
}

size_t task_table_thread_slots(const struct task_table *t)
{
	return t->threads.n;
}

size_t task_table_group_slots(const struct task_table *t)
{
	return t->groups.n;
}

const struct thread *task_table_thread(const struct task_table *t, size_t i)
{
	const struct thread *th = slots_at(&t->threads, i);

	return th && !th->dead ? th : NULL;
}

struct group *task_table_group(const struct task_table *t, size_t i)
{
	struct group *g = slots_at(&t->groups, i);

	return g && g->threads ? g : NULL;
}

const struct charges *task_table_other(const struct task_table *t)
{
	return &t->other;
}

const struct charges *task_table_other_published(const struct task_table *t)
{
	return &t->other_published;
}

const struct ended *task_table_ended(const struct task_table *t, size_t i)
{
	return ended_at(t->ended, i);
}

bool task_table_ends(const struct task_table *t, u64 seq, size_t *n)
{
	for (*n = 0; *n < t->nr_ends; (*n)++) {
		if (*n == MAX_ENDS)
			return false;
		if (task_table_end(t, *n)->seq <= seq)
			break;
	}
	return true;
}

const struct group_end *task_table_end(const struct task_table *t, size_t i)
{
	return &t->ends[(t->nr_ends - 1 - i) % MAX_ENDS];
}

u64 task_table_unattributed(const struct task_table *t)
{
	return t->unattributed;
}
