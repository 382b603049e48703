/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Threads and thread groups, and what was charged to each. A thread is identified by
 * (tid, birth), a group by (tgid, start time of its leader), so a reused pid is a new entry.
 * A switch is charged to the thread and group of `next`; its reason to those of `prev`.
 *
 * What has ended is not seen from outside any more, at once: what its group was charged with, also
 * by records that come later, is in `other` and there, as long as there is room, in the entry of
 * its program (ended.h).
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
	bool exiting; /* sched_process_exit seen; records may still come */
	bool dead;    /* its last switch was seen, or nothing can come any more */
	u64 exit_ns;
	u64 changed;
	u32 index; /* the table's own */
};

struct task_table;

/*
 * A table for at most max_threads threads and max_groups groups of a machine with so many
 * possible CPUs; switches of tasks that do not fit are charged to `other`. The idle tasks (tid 0)
 * always fit. Freed by task_table_free.
 */
struct task_table *task_table_new(size_t cpus, size_t max_threads, size_t max_groups);
void task_table_free(struct task_table *t);

/*
 * Called for a task that no record has introduced yet; it may call task_table_event, and must not
 * call task_table_switch. At most once per task in a row.
 */
typedef void (*task_miss_fn)(void *ctx, u32 tid, u32 birth);
void task_table_on_miss(struct task_table *t, task_miss_fn fn, void *ctx);

/*
 * Called when the last thread of a group has gone, before the group ends: events that are on their
 * way may bring another one. It may call task_table_event, and must not call task_table_switch.
 */
typedef void (*task_empty_fn)(void *ctx);
void task_table_on_empty(struct task_table *t, task_empty_fn fn, void *ctx);

/*
 * Called for a group whose details are to be read (again): it is new, or executed another program,
 * changed its name or moved. Its details_read is false then, and the reader sets it.
 */
typedef void (*task_unread_fn)(void *ctx, const struct group *g);
void task_table_on_unread(struct task_table *t, task_unread_fn fn, void *ctx);

/* The command line or cgroup of g, which are the caller's to change, is another now. */
void task_table_described(const struct task_table *t, struct group *g);

/* Whether the table has this task. */
bool task_table_knows(const struct task_table *t, u32 tid, u32 birth);

/* Its name; NULL: the table does not have it. */
const char *task_table_comm(const struct task_table *t, u32 tid, u32 birth);

/* Applies one task event. Events of one task come in their order; an unknown task is added. */
void task_table_event(struct task_table *t, const struct task_record *r);

/* Charges one switch of CPU `cpu`. */
void task_table_switch(struct task_table *t, u32 cpu, const struct switch_record *r);

/*
 * To be called at each publication after the outputs are made: makes the present totals the
 * published ones.
 */
void task_table_published(struct task_table *t);

/*
 * Frees the tasks that ended before that time (CLOCK_MONOTONIC): to be called when every record
 * that is older has been charged.
 */
void task_table_settle(struct task_table *t, u64 before_ns);

/* How many have ended and are still kept. */
size_t task_table_nr_unsettled(const struct task_table *t);

/*
 * Marks what exists now: call begin, then task_table_event with TASK_EXISTING for every task,
 * then end, after which those that did not come have ended. Mends lost events. boot_ns is
 * CLOCK_BOOTTIME, now_ns CLOCK_MONOTONIC. Those that came by TASK_FOUND are not in that list; lives
 * tells whether such a one is there.
 */
void task_table_resync_begin(struct task_table *t, u64 boot_ns);
void task_table_resync_end(struct task_table *t, u64 now_ns, bool (*lives)(u32 tid, u32 birth));

/*
 * Whether some task ended long ago and its last switch has not come, or very many a while ago: time
 * for a resync.
 */
bool task_table_overdue(const struct task_table *t, u64 now_ns);

/*
 * Ends a stretch of time: returns its number (from 1), and what changes from now on bears a higher
 * one in `changed`.
 */
u64 task_table_next_seq(struct task_table *t);

size_t task_table_nr_threads(const struct task_table *t); /* alive, the idle tasks as one of them */
size_t task_table_nr_groups(const struct task_table *t);
size_t task_table_max_threads(const struct task_table *t); /* the idle tasks not included */
size_t task_table_max_groups(const struct task_table *t);

/*
 * What is in slot i, 0 .. slots - 1; NULL: nothing. Each keeps its slot as long as it is listed, so
 * a walk may pause while others come and go.
 */
size_t task_table_thread_slots(const struct task_table *t);
size_t task_table_group_slots(const struct task_table *t);
const struct thread *task_table_thread(const struct task_table *t, size_t i);
struct group *task_table_group(const struct task_table *t, size_t i);

/* Charges of groups that have ended and of tasks that were not in the table. Never fall. */
const struct charges *task_table_other(const struct task_table *t);
const struct charges *task_table_other_published(const struct task_table *t);

/* The part of them that is known to be of programs; i below MAX_ENDED, see ended_at. */
const struct ended *task_table_ended(const struct task_table *t, size_t i);

/* The end of a group. */
struct group_end {
	u32 tgid;
	u64 start_ns;
	u64 seq;   /* as `changed` */
	u64 ended; /* id of its program's entry */
};

/*
 * The ends of groups with `told` set that came after `seq`, the latest first: *n of them, the i-th
 * by task_table_end. False: there were more than are remembered.
 */
bool task_table_ends(const struct task_table *t, u64 seq, size_t *n);
const struct group_end *task_table_end(const struct task_table *t, size_t i);

/* The switches in `other` that are of tasks that the table never knew. */
u64 task_table_unattributed(const struct task_table *t);

#endif
