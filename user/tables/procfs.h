/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What only /proc tells. It is asked by the host's ids, as records have them, so it must be mounted
 * from the host's pid namespace; and a number may be another process's by now, so the start time
 * (of the leader; CLOCK_BOOTTIME of the host) must agree to two ticks.
 */
#ifndef TVTRACED_TABLES_PROCFS_H
#define TVTRACED_TABLES_PROCFS_H

#include <stdbool.h>

#include "record.h"

enum { CMDLINE_MAX = 256 }; /* of what may be megabytes; enough to tell programs apart */

/*
 * Whether /proc shows the host's processes; if not, all that follows finds nothing from now on.
 * own_tgid is this process's id on the host.
 */
bool procfs_check(u32 own_tgid);

/*
 * The arguments, separated by spaces; "": none (a kernel thread), or the process is gone. May wait
 * for a lock of that process, without any limit.
 */
void procfs_cmdline(u32 tgid, u64 start_ns, char buf[CMDLINE_MAX]);

/* The cgroup, as procfs_choose_cgroup has it; the caller's to free. NULL: the process is gone. */
char *procfs_cgroup(u32 tgid, u64 start_ns);

/* The same for PID 1. */
char *procfs_cgroup_of_init(void);

/*
 * Of the lines of a /proc/PID/cgroup file, the path in the hierarchy that tells most: the first of
 * these where it is not the root: systemd's own, the unified one, another one with a name, one of
 * controllers. NULL: there is no line. Cuts the text up; the result lies in it.
 */
const char *procfs_choose_cgroup(char *text);

/* Whether a process, or its leader alone, has ended or is about to. */
bool procfs_is_ending(u32 tgid);

/*
 * Describes a living task that the task iterator did not show (another pid namespace, or a kernel
 * that hides some): fills r as a TASK_FOUND record whose start time agrees with birth; that of
 * the leader is only as exact as /proc gives it, 10 ms. Returns whether there is such a task.
 */
bool procfs_identify(u32 tid, u32 birth, struct task_record *r);

/* Resident memory of the caller in bytes; 0 when it cannot be read. */
u64 procfs_own_rss(void);

#endif
