/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Reads what only /proc tells about thread groups: cgroup and command line. They are read once for
 * each new group, and again after each exec, change of name and move to another cgroup. Reading is
 * done in slices, because each group takes system calls and the ring buffers must be drained
 * meanwhile. Until its cgroup is read, a group has that of its parent.
 */
#ifndef TVTRACED_TABLES_PROC_DETAILS_H
#define TVTRACED_TABLES_PROC_DETAILS_H

#include "tables/task_table.h"

struct proc_details;

/*
 * Registers with `tasks` to note which groups are to be read. The caller keeps owning `tasks`,
 * which has at most max_groups groups. cmdline tells whether command lines are wanted; a thread
 * reads them, because a read can wait for a lock or a page of the process. Returns NULL and sets
 * errno when that thread cannot be started.
 */
struct proc_details *proc_details_new(struct task_table *tasks, size_t max_groups, bool cmdline);

/* NULL is ignored. */
void proc_details_free(struct proc_details *d);

/* Notes all groups for reading, because events may have been lost. */
void proc_details_note_all(struct proc_details *d);

/* Returns whether something is still to be read. */
bool proc_details_waiting(const struct proc_details *d);

/*
 * Reads for about budget_ns, in the order in which the groups were noted. Returns whether some are
 * left.
 */
bool proc_details_read(struct proc_details *d, u64 budget_ns);

#endif
