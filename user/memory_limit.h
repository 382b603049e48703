/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* How much memory the control groups allow this process. */
#ifndef TVTRACED_MEMORY_LIMIT_H
#define TVTRACED_MEMORY_LIMIT_H

#include "record.h"

/*
 * Returns the least of the limits of a cgroup and of those above it, in bytes; UINT64_MAX: there is
 * none. cgroups is a file as /proc/self/cgroup (cgroups(7)), and root is where the hierarchies are
 * mounted, as /sys/fs/cgroup.
 */
u64 memory_limit_of(const char *cgroups, const char *root);

/* The same of this process. */
u64 memory_limit(void);

#endif
