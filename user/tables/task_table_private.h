/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Internals of the task table: task_table.c charges switches to tasks, task_created.c charges their
 * creators, and task_retire.c removes tasks that have ended.
 */
#ifndef TVTRACED_TABLES_TASK_TABLE_PRIVATE_H
#define TVTRACED_TABLES_TASK_TABLE_PRIVATE_H

#include "tables/slots.h"
#include "tables/task_table.h"

struct entry {
	struct thread thread;	 /* first: what callers see */
	struct entry *successor; /* took this thread over in an exec; is charged instead */
	u64 revived_ns;		 /* older records are of an earlier task with this tid */
	u32 resync;		 /* number of the last resync that saw this task */
	u64 died_ns;		 /* CLOCK_MONOTONIC */
	bool listed;		 /* in the list `ending` */
	bool found;		 /* known from /proc only (TASK_FOUND) */
};

/* A growing list of pointers. */
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
	struct index *living;	      /* tid -> the living entry */
	struct index *by_group;	      /* (tgid, birth of its leader) -> group */
	struct index *by_tgid;	      /* tgid -> the latest group of that id */
	struct list ending;	      /* exiting, or dead and not yet removed */
	size_t nr_dead;		      /* dead entries in `ending` */
	size_t nr_threads, nr_groups; /* alive */
	u64 seq;		      /* number of the current stretch, for `changed` */
	struct cpu_cache *last;	      /* the task that each CPU ran last: the next record's prev */
	size_t cpus;
	struct charges other, other_published;
	struct created other_created;
	u64 page_bytes;
	struct ended_table *ended;
	struct group_end *ends; /* a ring of MAX_ENDS */
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

/* Notes that the name of g, or what g belongs to, has changed. */
static inline void describe(const struct task_table *t, struct group *g)
{
	g->changed = t->seq;
	g->described = t->seq;
}

/* Adds e, which is exiting or dead, to the list `ending`, unless it is already there. */
void entry_list(struct task_table *t, struct entry *e);

/*
 * Makes e alive: it is new, or an exec gave its tid and start time to another thread of its group.
 */
void entry_join(struct task_table *t, struct entry *e, u64 ts_ns);

/*
 * Makes e dead: its last switch has been charged, or no more switches can come. The entry is kept
 * until task_table_settle() frees it.
 */
void entry_die(struct task_table *t, struct entry *e, u64 ts_ns);

/*
 * Does the same as entry_die(), but first lets waiting events in, which may bring another thread of
 * the group. It must not be called while an event is applied.
 */
void entry_die_after_events(struct task_table *t, struct entry *e, u64 ts_ns);

/* These free an entry or a group, and remove it from the table. */
void entry_remove(struct task_table *t, struct entry *e);
void group_remove(struct task_table *t, struct group *g);

/* Charge the group of r's creator, or else `other`: TASK_NEW, and TASK_CREATED. */
void task_created_count(struct task_table *t, const struct task_record *r);
void task_created_timed(struct task_table *t, const struct task_record *r);

#endif
