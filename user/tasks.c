// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "tasks.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "index.h"
#include "task_table.h"

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

/* Of a thread that was found in /proc, when its leader began is not known exactly. */
static bool is_about(const struct task_record *r)
{
	return r->event == TASK_FOUND && r->tid != r->tgid;
}

/* The group of a record, if one of both knows only about when it began. */
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
	e->thread.index = (u32)slots_add(&t->threads, e);
	copy_comm(e->thread.comm, r->comm);
	e->resync = t->resync;
	g->threads++;
	g->members++;
	touch(t, e);
	index_add(t->by_tid, key_of(r->tid, e->thread.birth), e);
	return e;
}

/* An exec from another thread than the leader gives the caller the leader's tid and start time. */
static void take_over(struct task_table *t, struct entry *e, const struct task_record *r)
{
	struct entry *old = NULL;

	/* The old tid's start time is not in the record; one tid has one living task. */
	for (size_t i = 0; i < t->threads.n && !old; i++) {
		struct entry *c = slots_at(&t->threads, i);

		if (c && c->thread.tid == r->other && c->thread.group == e->thread.group &&
		    !c->thread.dead)
			old = c;
	}
	if (e->thread.dead) {
		e->thread.dead = false;
		e->thread.group->threads++;
	}
	e->thread.exiting = false;
	e->revived_ns = r->ts_ns;
	if (!old)
		return;
	touch(t, old);
	memcpy(e->thread.in, old->thread.in, sizeof(e->thread.in));
	memcpy(e->thread.out, old->thread.out, sizeof(e->thread.out));
	memcpy(e->thread.cost_ns, old->thread.cost_ns, sizeof(e->thread.cost_ns));
	memset(old->thread.in, 0, sizeof(old->thread.in));
	memset(old->thread.out, 0, sizeof(old->thread.out));
	memset(old->thread.cost_ns, 0, sizeof(old->thread.cost_ns));
	old->successor = e;
	entry_die(t, old);
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

	if (!e) {
		/* A task whose exit is the first that is heard of it has nothing more to come. */
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
	case CLOCK_STEPPED: /* no task's */
		break;
	}
}

static void charge_next(struct task_table *t, struct entry *e, const struct switch_record *r)
{
	enum switch_kind kind = LABEL_KIND(r->label);
	struct thread *th;

	if (!e) {
		t->other.switches[kind]++;
		t->other.cost_ns[kind] += r->cost_ns;
		t->unattributed++;
		return;
	}
	if (e->successor)
		e = e->successor;
	th = &e->thread;
	touch(t, e);
	th->group->total.switches[kind]++;
	th->group->total.cost_ns[kind] += r->cost_ns;
	if (r->cost_ns)
		histogram_add(&th->group->cost[kind], r->cost_ns);
	if (r->ts_ns < e->revived_ns && r->next_tid == th->tid)
		return;
	th->in[kind]++;
	th->cost_ns[kind] += r->cost_ns;
}

static void charge_prev(struct task_table *t, struct entry *e, const struct switch_record *r)
{
	enum switch_reason reason = LABEL_REASON(r->label);

	if (!e) {
		t->other.reasons[reason]++;
		return;
	}
	if (e->successor)
		e = e->successor;
	touch(t, e);
	e->thread.group->total.reasons[reason]++;
	if (r->ts_ns < e->revived_ns && r->prev_tid == e->thread.tid)
		return;
	e->thread.out[reason]++;
	if (r->prev_state & PREV_STATE_DEAD && e != t->idle)
		entry_die(t, e);
}

static struct entry *entry_of_next(struct task_table *t, const struct switch_record *r)
{
	struct entry *e = entry_find(t, r->next_tid, r->next_birth);

	/* Its event was submitted before it could run: it waits in the other ring. */
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

	/* On one CPU the next of a switch is the prev of the following one. */
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
	const struct task_record r = {.event = TASK_EXISTING, .kernel = 1, .comm = "idle"};

	t->idle = entry_add(t, &r);
}

struct task_table *task_table_new(size_t cpus, size_t max_threads, size_t max_groups)
{
	struct task_table *t = xcalloc(1, sizeof(*t));

	t->cpus = cpus;
	t->seq = 1;
	t->last = xcalloc(cpus, sizeof(*t->last));
	t->max_threads = max_threads + 1; /* and the idle tasks */
	t->max_groups = max_groups + 1;
	t->by_tid = index_new();
	t->by_group = index_new();
	t->by_tgid = index_new();
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
			group_retire(t, t->groups.items[i]);
	index_free(t->by_tid);
	index_free(t->by_group);
	index_free(t->by_tgid);
	slots_release(&t->threads);
	slots_release(&t->groups);
	free(t->ending.items);
	free(t->last);
	free(t);
}

void task_table_on_miss(struct task_table *t, task_miss_fn fn, void *ctx)
{
	t->miss = fn;
	t->miss_ctx = ctx;
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
	return t->threads.used;
}

size_t task_table_nr_groups(const struct task_table *t)
{
	return t->groups.used;
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
	return slots_at(&t->threads, i);
}

struct group *task_table_group(const struct task_table *t, size_t i)
{
	return slots_at(&t->groups, i);
}

const struct charges *task_table_other(const struct task_table *t)
{
	return &t->other;
}

const struct charges *task_table_other_published(const struct task_table *t)
{
	return &t->other_published;
}

u64 task_table_unattributed(const struct task_table *t)
{
	return t->unattributed;
}
