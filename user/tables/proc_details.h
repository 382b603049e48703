/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What only /proc tells of thread groups: cgroup and command line. Read once for each new group,
 * and again after each exec, change of name and move to another cgroup; in slices, since each group
 * takes system calls and the rings must be drained meanwhile. What is not read yet has the cgroup
 * of its parent.
 */
#ifndef TVTRACED_TABLES_PROC_DETAILS_H
#define TVTRACED_TABLES_PROC_DETAILS_H

#include "tables/task_table.h"

struct proc_details;

/*
 * NULL with errno: there is no thread. Takes note of what is to be read in `tasks`, which stays the
 * caller's and has at most max_groups groups. cmdline: whether anybody wants command lines. They
 * lie in the processes' own memory, so that reading one can wait for a lock or a page of that
 * process.
 */
struct proc_details *proc_details_new(struct task_table *tasks, size_t max_groups, bool cmdline);

/* NULL is ignored. */
void proc_details_free(struct proc_details *d);

/* Notes all groups: events may have been lost. */
void proc_details_note_all(struct proc_details *d);

/* Whether something is to be read. */
bool proc_details_waiting(const struct proc_details *d);

/* Reads for about so long, in the order in which it was noted; returns whether some is left. */
bool proc_details_read(struct proc_details *d, u64 budget_ns);

#endif
