/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What only /proc tells. */
#ifndef TVTRACED_PROCFS_H
#define TVTRACED_PROCFS_H

#include "tasks.h"

/*
 * Reads command line and cgroup of a group, once after its start and once after each exec; does
 * nothing when that was done. A group that is gone keeps what it had.
 */
void procfs_read_details(struct group *g);

/*
 * Describes a living task that the task iterator did not show (another pid namespace, or a kernel
 * that hides some): fills r as a TASK_FOUND record whose start time agrees with birth; that of
 * the leader is only as exact as /proc gives it, 10 ms. Returns whether there is such a task.
 */
bool procfs_identify(u32 tid, u32 birth, struct task_record *r);

/* Resident memory of the caller in bytes; 0 when it cannot be read. */
u64 procfs_own_rss(void);

#endif
