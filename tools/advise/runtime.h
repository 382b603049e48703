/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Which runtime a process has, by the marks of its executable and the names of its threads. */
#ifndef TVTRACE_ADVISE_RUNTIME_H
#define TVTRACE_ADVISE_RUNTIME_H

#include <stdbool.h>

#include "record.h"

struct runtime {
	const char *name;  /* as JSON names it */
	const char *tasks; /* what runs on its threads and the kernel does not see; NULL: nothing */
	const char *caution; /* what is to be known of its threads; NULL: nothing */
};

/*
 * Returns the runtime of a living process, or NULL: it has none that is known, it has ended, or its
 * executable may not be read and its names tell nothing. start_ns is its start (CLOCK_BOOTTIME), so
 * that a process that has its id by now is not taken for it.
 */
const struct runtime *runtime_of(u32 tgid, u64 start_ns, const char *comm);

/* Whether the process that has this id now is the one that started then. */
bool runtime_is_same(u32 tgid, u64 start_ns);

#endif
