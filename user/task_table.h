/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Inside of the task table: tasks.c, which charges, and task_retire.c, which takes out. */
#ifndef TVTRACED_TASK_TABLE_H
#define TVTRACED_TASK_TABLE_H

#include "slots.h"
#include "tasks.h"

struct entry {
	struct thread thread;	 /* first: what callers see */
	struct entry *successor; /* the thread took this one over in an exec; charge that */
	u64 revived_ns;		 /* records before this are of an earlier task with this tid */
	u32 resync;		 /* the last one that saw it */
	u32 died;		 /* in which interval */
	bool listed;		 /* as ending */
	bool found;		 /* in /proc only */
};

/* A list that grows. */
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
	struct slots threads, groups;
	struct index *by_tid;	/* (tid, birth) -> entry */
	struct index *by_group; /* (tgid, birth of its leader) -> group */
	struct index *by_tgid;	/* tgid -> the latest group of that id */
	struct list ending;	/* exiting, or dead and not yet removed */
	u32 interval;		/* publications so far */
	u64 seq;		/* of what changes now */
	struct cpu_cache *last; /* the task that each CPU ran last: the next record's prev */
	size_t cpus;
	struct charges other, other_published;
	u64 unattributed;
	u32 resync;
	u64 resync_ns;
	task_miss_fn miss;
	void *miss_ctx;
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

/* After a change of what tells its application: its name or its cgroup. */
void group_name_application(struct group *g);

/* A process begins where its parent is; parent may be NULL: not known. */
void group_inherit(struct group *g, const struct group *parent);

/* Notes that it is exiting or dead; once. */
void entry_list(struct task_table *t, struct entry *e);

/* Its last switch is through, or nothing can come any more; it stays listed for a while. */
void entry_die(struct task_table *t, struct entry *e);

/* Frees them. */
void entry_remove(struct task_table *t, struct entry *e);
void group_retire(struct task_table *t, struct group *g);

#endif
