/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Inside of the task table: task_table.c, which charges, and task_retire.c, which takes out. */
#ifndef TVTRACED_TABLES_TASK_TABLE_PRIVATE_H
#define TVTRACED_TABLES_TASK_TABLE_PRIVATE_H

#include "tables/slots.h"
#include "tables/task_table.h"

struct entry {
	struct thread thread;	 /* first: what callers see */
	struct entry *successor; /* the thread took this one over in an exec; charge that */
	u64 revived_ns;		 /* records before this are of an earlier task with this tid */
	u32 resync;		 /* the last one that saw it */
	u64 died_ns;		 /* CLOCK_MONOTONIC */
	bool listed;		 /* as ending */
	bool found;		 /* in /proc only */
};

/* A list that grows. */
struct list {
	void **items;
	size_t n, room;
};

enum { MAX_ENDS = 8192 };

struct cpu_cache {
	u32 tid, birth;
	struct entry *entry;
};

struct task_table {
	size_t max_threads, max_groups;
	struct slots threads, groups;
	struct index *by_tid;	      /* (tid, birth) -> entry */
	struct index *living;	      /* tid -> the one that lives */
	struct index *by_group;	      /* (tgid, birth of its leader) -> group */
	struct index *by_tgid;	      /* tgid -> the latest group of that id */
	struct list ending;	      /* exiting, or dead and not yet removed */
	size_t nr_dead;		      /* those of them that are dead */
	size_t nr_threads, nr_groups; /* alive */
	u64 seq;		      /* of what changes now */
	struct cpu_cache *last;	      /* the task that each CPU ran last: the next record's prev */
	size_t cpus;
	struct charges other, other_published;
	struct ended_table *ended;
	struct group_end *ends; /* a circle */
	u64 nr_ends;
	u64 unattributed;
	u32 resync;
	u64 resync_ns, resync_end_ns;
	task_miss_fn miss;
	void *miss_ctx;
	task_empty_fn empty;
	void *empty_ctx;
	task_unread_fn unread;
	void *unread_ctx;
	struct entry *idle;
};

static inline u64 key_of(u32 id, u32 birth)
{
	return (u64)id << 32 | birth;
}

static inline void touch(const struct task_table *t, struct entry *e)
{
	e->thread.changed = t->seq;
	e->thread.group->changed = t->seq;
}

/* What it is called, or belongs to, is another now. */
static inline void describe(const struct task_table *t, struct group *g)
{
	g->changed = t->seq;
	g->described = t->seq;
}

/* Notes that it is exiting or dead; once. */
void entry_list(struct task_table *t, struct entry *e);

/* It is alive: it is new, or an exec made another thread this one. */
void entry_join(struct task_table *t, struct entry *e, u64 ts_ns);

/* Its last switch is through, or nothing can come any more; it is kept until that is settled. */
void entry_die(struct task_table *t, struct entry *e, u64 ts_ns);

/* The same, but not from within an event: another thread of its group may be on its way. */
void entry_die_after_events(struct task_table *t, struct entry *e, u64 ts_ns);

/* Frees them. */
void entry_remove(struct task_table *t, struct entry *e);
void group_remove(struct task_table *t, struct group *g);

#endif
