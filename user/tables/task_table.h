/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Threads and thread groups, and what was charged to each. A thread is identified by (tid, birth)
 * and a group by (tgid, start time of its leader), so a reused pid gets a new entry. A switch is
 * charged to the thread and the group of `next`; its reason is charged to those of `prev`.
 *
 * A task that has ended disappears from the outside at once. The charges of an ended group,
 * including those of records that come later, are in `other` and also, as long as there is room, in
 * the entry of its program (ended.h).
 */
#ifndef TVTRACED_TABLES_TASK_TABLE_H
#define TVTRACED_TABLES_TASK_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/charges.h"
#include "record.h"
#include "tables/ended.h"
#include "tables/group.h"

struct thread {
	u32 tid;
	u32 birth;
	struct group *group;
	char comm[COMM_LEN];
	u64 start_ns;
	struct charges total;
	enum creation creation; /* NR_CREATIONS: it was not seen */
	bool exiting;		/* sched_process_exit was seen; records may still come */
	bool dead;		/* its last switch was seen, or no more can come */
	u64 exit_ns;
	u64 changed;
	u32 index; /* slot; for the table only */
};

struct task_table;

/*
 * Creates a table for at most max_threads threads and max_groups groups, on a machine with `cpus`
 * possible CPUs. Switches of tasks that do not fit are charged to `other`; the idle tasks (tid 0)
 * always fit. task_table_free() frees the table.
 */
struct task_table *task_table_new(size_t cpus, size_t max_threads, size_t max_groups);
void task_table_free(struct task_table *t);

/*
 * The table calls fn for a task that no record has introduced yet, before it charges a switch into
 * that task. fn may call task_table_event(), but must not call task_table_switch().
 */
typedef void (*task_miss_fn)(void *ctx, u32 tid, u32 birth);
void task_table_on_miss(struct task_table *t, task_miss_fn fn, void *ctx);

/*
 * The table calls fn when the last thread of a group has gone, before the group ends, because
 * events that are on their way may bring another thread. fn may call task_table_event(), but must
 * not call task_table_switch().
 */
typedef void (*task_empty_fn)(void *ctx);
void task_table_on_empty(struct task_table *t, task_empty_fn fn, void *ctx);

/*
 * The table calls fn for a group whose details must be read (again), because the group is new,
 * executed another program, changed its name or moved to another cgroup. The group's details_read
 * is then false; the reader sets it.
 */
typedef void (*task_unread_fn)(void *ctx, const struct group *g);
void task_table_on_unread(struct task_table *t, task_unread_fn fn, void *ctx);

/*
 * Must be called after the caller has changed the command line or the cgroup of g, which it may do.
 */
void task_table_described(const struct task_table *t, struct group *g);

/* Returns whether the table has this task. */
bool task_table_knows(const struct task_table *t, u32 tid, u32 birth);

/* Returns what kind of task it is; NR_CREATIONS: its creation was not seen. */
enum creation task_table_creation(const struct task_table *t, u32 tid, u32 birth);

/* Returns the name of a task, or NULL when the table does not have the task. */
const char *task_table_comm(const struct task_table *t, u32 tid, u32 birth);

/*
 * Applies one task event. The events of one task must come in their order; an unknown task is
 * added.
 */
void task_table_event(struct task_table *t, const struct task_record *r);

/* Charges one switch of CPU `cpu`. */
void task_table_switch(struct task_table *t, u32 cpu, const struct switch_record *r);

/*
 * Makes the present totals the published ones. To be called at each publication, after the outputs
 * have been made.
 */
void task_table_published(struct task_table *t);

/*
 * Frees the tasks that ended before before_ns (CLOCK_MONOTONIC). To be called when every record
 * older than that has been charged.
 */
void task_table_settle(struct task_table *t, u64 before_ns);

/* Returns how many tasks have ended and are still kept. */
size_t task_table_nr_unsettled(const struct task_table *t);

/*
 * Marks the tasks that exist now, to make up for lost events: call task_table_resync_begin(), then
 * task_table_event() with TASK_EXISTING for every task, then task_table_resync_end(), which ends
 * the tasks that did not come. boot_ns is CLOCK_BOOTTIME and now_ns is CLOCK_MONOTONIC. The task
 * iterator does not show tasks that came by TASK_FOUND, so lives() tells whether such a task still
 * exists.
 */
void task_table_resync_begin(struct task_table *t, u64 boot_ns);
void task_table_resync_end(struct task_table *t, u64 now_ns, bool (*lives)(u32 tid, u32 birth));

/*
 * Returns whether a resync is due: some task exited long ago but its last switch has not come, or
 * very many tasks are exiting and the last resync was a while ago.
 */
bool task_table_overdue(const struct task_table *t, u64 now_ns);

/*
 * Ends a stretch of time and returns its number, from 1. Whatever changes from now on has a higher
 * number in `changed`.
 */
u64 task_table_next_seq(struct task_table *t);

size_t task_table_nr_threads(const struct task_table *t); /* alive; all idle tasks count as one */
size_t task_table_nr_groups(const struct task_table *t);
size_t task_table_max_threads(const struct task_table *t); /* the idle tasks not included */
size_t task_table_max_groups(const struct task_table *t);

/*
 * A thread or group keeps its slot as long as it is listed, so a walk over the slots may pause
 * while others come and go. task_table_thread() and task_table_group() return what is in slot i, 0
 * .. slots - 1, or NULL when the slot is empty.
 */
size_t task_table_thread_slots(const struct task_table *t);
size_t task_table_group_slots(const struct task_table *t);
const struct thread *task_table_thread(const struct task_table *t, size_t i);
struct group *task_table_group(const struct task_table *t, size_t i);

/*
 * These are the charges of groups that have ended and of tasks that were not in the table. They
 * never fall.
 */
const struct charges *task_table_other(const struct task_table *t);
const struct charges *task_table_other_published(const struct task_table *t);

/* The tasks that those created. */
const struct created *task_table_other_created(const struct task_table *t);

/*
 * The part of these charges whose program is known, one entry per program. i is below MAX_ENDED;
 * see ended_at().
 */
const struct ended *task_table_ended(const struct task_table *t, size_t i);

/* The end of one group, as task_table_end() returns it. */
struct group_end {
	u32 tgid;
	u64 start_ns;
	u64 seq;   /* as `changed` */
	u64 ended; /* id of the entry of its program (ended.h); 0: it has none */
};

/*
 * Stores in *n how many groups with `told` set have ended after `seq`; task_table_end() returns the
 * i-th of these ends, the latest first. Returns false when more ended than the table remembers.
 */
bool task_table_ends(const struct task_table *t, u64 seq, size_t *n);
const struct group_end *task_table_end(const struct task_table *t, size_t i);

/* Returns the number of switches in `other` into tasks that the table never knew. */
u64 task_table_unattributed(const struct task_table *t);

#endif
