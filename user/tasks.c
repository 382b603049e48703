// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "tasks.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "index.h"

enum {
	/* How long after its exit event a task may still run; then the kernel is asked. */
	EXIT_PATIENCE_S = 10,
};

struct entry {
	struct thread thread;	 /* first: what callers see */
	struct entry *successor; /* the thread took this one over in an exec; charge that */
	u64 revived_ns;		 /* records before this are of an earlier task with this tid */
	u32 resync;		 /* the last one that saw it */
	u32 died;		 /* in which interval */
	bool listed;		 /* as dying */
	bool found;		 /* in /proc only */
};

/* A list that grows, from which anything can be taken by its index. */
struct list {
	void **items;
	size_t n, room;
};

struct cpu_cache {
	u32 tid, birth;
	struct entry *entry;
};

struct task_table {
	size_t max_threads, max_groups;
	struct list threads, groups;
	struct index *by_tid;	/* (tid, birth) -> entry */
	struct index *by_group; /* (tgid, birth of its leader) -> group */
	struct list dying;	/* dead and not yet removed */
	u32 interval;		/* publications so far */
	struct cpu_cache *last; /* the task that each CPU ran last: the next record's prev */
	size_t cpus;
	struct charges other, other_published;
	u64 unattributed;
	u32 resync;
	u64 resync_ns;
	task_miss_fn miss;
	void *miss_ctx;
	struct entry *idle;
};

static void list_add(struct list *l, void *item)
{
	if (l->n == l->room) {
		l->room = l->room ? l->room * 2 : 64;
		l->items = xrealloc(l->items, l->room, sizeof(*l->items));
	}
	l->items[l->n++] = item;
}

/* The last item takes the place; returns it, or NULL when the taken one was the last. */
static void *list_take(struct list *l, size_t i)
{
	l->n--;
	if (i == l->n)
		return NULL;
	l->items[i] = l->items[l->n];
	return l->items[i];
}

static u64 key_of(u32 id, u32 birth)
{
	return (u64)id << 32 | birth;
}

static void copy_comm(char *to, const char *from)
{
	memcpy(to, from, COMM_LEN);
	to[COMM_LEN - 1] = '\0';
}

static struct group *group_get(struct task_table *t, const struct task_record *r)
{
	u64 key = key_of(r->tgid, BIRTH_OF(r->leader_start_ns));
	struct group *g = index_find(t->by_group, key);

	if (g || t->groups.n >= t->max_groups)
		return g;
	g = xcalloc(1, sizeof(*g));
	g->tgid = r->tgid;
	g->start_ns = r->leader_start_ns;
	g->kernel = r->kernel;
	copy_comm(g->comm, r->comm);
	g->index = (u32)t->groups.n;
	list_add(&t->groups, g);
	index_add(t->by_group, key, g);
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

	if (t->threads.n >= t->max_threads)
		return NULL;
	g = group_get(t, r);
	if (!g)
		return NULL;
	e = xcalloc(1, sizeof(*e));
	e->thread.tid = r->tid;
	e->thread.birth = BIRTH_OF(r->start_ns);
	e->thread.start_ns = r->start_ns;
	e->thread.group = g;
	e->thread.index = (u32)t->threads.n;
	copy_comm(e->thread.comm, r->comm);
	e->resync = t->resync;
	g->threads++;
	list_add(&t->threads, e);
	index_add(t->by_tid, key_of(r->tid, e->thread.birth), e);
	return e;
}

static void entry_remove(struct task_table *t, struct entry *e)
{
	struct entry *moved = list_take(&t->threads, e->thread.index);

	if (moved)
		moved->thread.index = e->thread.index;
	index_remove(t->by_tid, key_of(e->thread.tid, e->thread.birth));
	free(e);
}

static void entry_die(struct task_table *t, struct entry *e)
{
	if (e->thread.dead)
		return;
	e->thread.dead = true;
	e->died = t->interval;
	e->thread.group->threads--;
	if (!e->listed)
		list_add(&t->dying, e);
	e->listed = true;
}

/* An exec from another thread than the leader gives the caller the leader's tid and start time. */
static void take_over(struct task_table *t, struct entry *e, const struct task_record *r)
{
	struct entry *old = NULL;

	/* The old tid's start time is not in the record; one tid has one living task. */
	for (size_t i = 0; i < t->threads.n && !old; i++) {
		struct entry *c = t->threads.items[i];

		if (c->thread.tid == r->other && c->thread.group == e->thread.group &&
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
	memcpy(e->thread.in, old->thread.in, sizeof(e->thread.in));
	memcpy(e->thread.out, old->thread.out, sizeof(e->thread.out));
	e->thread.cost_ns = old->thread.cost_ns;
	memset(old->thread.in, 0, sizeof(old->thread.in));
	memset(old->thread.out, 0, sizeof(old->thread.out));
	old->thread.cost_ns = 0;
	old->successor = e;
	entry_die(t, old);
}

static void group_renamed(struct group *g, const struct task_record *r)
{
	copy_comm(g->comm, r->comm);
	g->details_read = false;
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
		e->thread.group->parent_tgid = r->other;
		if (strncmp(e->thread.group->comm, r->comm, COMM_LEN) != 0)
			group_renamed(e->thread.group, r);
		break;
	case TASK_NEW:
		break;
	case TASK_FORK:
		if (r->tid == r->tgid)
			e->thread.group->parent_tgid = r->other;
		break;
	case TASK_EXEC:
		if (r->other != r->tid)
			take_over(t, e, r);
		copy_comm(e->thread.comm, r->comm);
		group_renamed(e->thread.group, r);
		break;
	case TASK_RENAME:
		copy_comm(e->thread.comm, r->comm);
		if (r->tid == r->tgid)
			group_renamed(e->thread.group, r);
		break;
	case TASK_EXIT:
		e->thread.exiting = true;
		e->thread.exit_ns = r->ts_ns;
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
	th->group->total.switches[kind]++;
	th->group->total.cost_ns[kind] += r->cost_ns;
	if (r->cost_ns)
		histogram_add(&th->group->cost[kind], r->cost_ns);
	if (r->ts_ns < e->revived_ns && r->next_tid == th->tid)
		return;
	th->in[kind]++;
	th->cost_ns += r->cost_ns;
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

static void charges_add(struct charges *to, const struct charges *from)
{
	for (int k = 0; k < NR_KINDS; k++) {
		to->switches[k] += from->switches[k];
		to->cost_ns[k] += from->cost_ns[k];
	}
	for (int r = 0; r < NR_REASONS; r++)
		to->reasons[r] += from->reasons[r];
}

static void group_retire(struct task_table *t, struct group *g)
{
	struct group *moved = list_take(&t->groups, g->index);

	if (moved)
		moved->index = g->index;
	index_remove(t->by_group, key_of(g->tgid, BIRTH_OF(g->start_ns)));
	charges_add(&t->other, &g->total);
	for (int k = 0; k < NR_KINDS; k++)
		histogram_release(&g->cost[k]);
	free(g->cmdline);
	free(g->cgroup);
	free(g);
}

/*
 * Removes those that died before the last publication: every CPU has been drained since, so
 * nothing more of them can come. (An exec may have revived one.)
 */
static void retire_dead(struct task_table *t)
{
	size_t kept = 0;

	for (size_t i = 0; i < t->dying.n; i++) {
		struct entry *e = t->dying.items[i];

		if (e->thread.dead && e->died == t->interval)
			t->dying.items[kept++] = e;
		else if (e->thread.dead)
			entry_remove(t, e);
		else
			e->listed = false;
	}
	t->dying.n = kept;
	t->interval++;
}

static void retire_groups(struct task_table *t, const u32 *members)
{
	for (size_t i = t->groups.n; i-- > 0;)
		if (!members[i])
			group_retire(t, t->groups.items[i]);
}

void task_table_published(struct task_table *t)
{
	u32 *members = xcalloc(t->groups.n + 1, sizeof(*members));

	retire_dead(t);
	memset(t->last, 0, t->cpus * sizeof(*t->last));
	for (size_t i = 0; i < t->groups.n; i++) {
		struct group *g = t->groups.items[i];

		g->published = g->total;
	}
	for (size_t i = 0; i < t->threads.n; i++)
		members[((struct entry *)t->threads.items[i])->thread.group->index]++;
	members[t->idle->thread.group->index]++;
	retire_groups(t, members);
	t->other_published = t->other;
	free(members);
}

void task_table_resync_begin(struct task_table *t, u64 now_ns)
{
	t->resync++;
	t->resync_ns = now_ns;
}

void task_table_resync_end(struct task_table *t, bool (*lives)(u32 tid, u32 birth))
{
	for (size_t i = 0; i < t->threads.n; i++) {
		struct entry *e = t->threads.items[i];

		if (e == t->idle || e->resync == t->resync || e->thread.start_ns >= t->resync_ns)
			continue;
		if (!e->found || !lives(e->thread.tid, e->thread.birth))
			entry_die(t, e);
	}
}

bool task_table_overdue(const struct task_table *t, u64 now_ns)
{
	for (size_t i = 0; i < t->threads.n; i++) {
		const struct thread *th = t->threads.items[i];

		if (th->exiting && !th->dead &&
		    th->exit_ns + EXIT_PATIENCE_S * 1000000000ull < now_ns)
			return true;
	}
	return false;
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
	t->last = xcalloc(cpus, sizeof(*t->last));
	t->max_threads = max_threads + 1; /* and the idle tasks */
	t->max_groups = max_groups + 1;
	t->by_tid = index_new();
	t->by_group = index_new();
	add_idle(t);
	return t;
}

void task_table_free(struct task_table *t)
{
	if (!t)
		return;
	while (t->threads.n)
		entry_remove(t, t->threads.items[t->threads.n - 1]);
	while (t->groups.n)
		group_retire(t, t->groups.items[t->groups.n - 1]);
	index_free(t->by_tid);
	index_free(t->by_group);
	free(t->threads.items);
	free(t->groups.items);
	free(t->dying.items);
	free(t->last);
	free(t);
}

void task_table_on_miss(struct task_table *t, task_miss_fn fn, void *ctx)
{
	t->miss = fn;
	t->miss_ctx = ctx;
}

bool task_table_knows(const struct task_table *t, u32 tid, u32 birth)
{
	return entry_find(t, tid, birth);
}

size_t task_table_nr_threads(const struct task_table *t)
{
	return t->threads.n;
}

size_t task_table_nr_groups(const struct task_table *t)
{
	return t->groups.n;
}

const struct thread *task_table_thread(const struct task_table *t, size_t i)
{
	return t->threads.items[i];
}

struct group *task_table_group(const struct task_table *t, size_t i)
{
	return t->groups.items[i];
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
