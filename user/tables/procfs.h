/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What only /proc tells about processes. The ids are the host's, as records have them, so /proc
 * must be mounted from the host's pid namespace. An id may belong to another process by now, so the
 * start time (that of the leader, in the host's CLOCK_BOOTTIME) must agree to two ticks.
 */
#ifndef TVTRACED_TABLES_PROCFS_H
#define TVTRACED_TABLES_PROCFS_H

#include <stdbool.h>

#include "record.h"

enum { CMDLINE_MAX = 256 }; /* a command line may be megabytes; this tells programs apart */

/*
 * Returns whether /proc shows the host's processes. If not, the functions below find no process
 * from now on. own_tgid is this process's id on the host.
 */
bool procfs_check(u32 own_tgid);

/*
 * Writes the arguments, separated by spaces, to buf; the text is empty when there are none (a
 * kernel thread) or the process has gone. May wait for a lock of that process, without any limit.
 */
void procfs_cmdline(u32 tgid, u64 start_ns, char buf[CMDLINE_MAX]);

/*
 * Returns the cgroup path that procfs_choose_cgroup() chooses, which the caller frees; NULL: the
 * process has gone.
 */
char *procfs_cgroup(u32 tgid, u64 start_ns);

/* Returns the same for PID 1. */
char *procfs_cgroup_of_init(void);

/*
 * Returns the path of that line of a /proc/PID/cgroup file whose hierarchy tells most; NULL: there
 * is no line. The order is: systemd's own hierarchy, the unified one, another named one, one of
 * controllers; a path that is the root comes after all others. The function cuts the text up, and
 * the result lies in it.
 */
const char *procfs_choose_cgroup(char *text);

/* Returns whether a process, or only its leader, has ended or is about to end. */
bool procfs_is_ending(u32 tgid);

/*
 * Describes a living task that the task iterator did not show (it is in another pid namespace, or
 * the kernel hides some tasks). Fills r as a TASK_FOUND record whose start time agrees with birth;
 * the leader's start time is only as exact as /proc shows it, 10 ms. Returns whether there is such
 * a task.
 */
bool procfs_identify(u32 tid, u32 birth, struct task_record *r);

/* Returns the resident memory of this process in bytes; 0 when it cannot be read. */
u64 procfs_own_rss(void);

#endif
