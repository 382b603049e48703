/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Command lines of processes, read by a thread. They lie in the processes' own memory, whose lock
 * may be held for long, or for ever (a page fault on a file system that does not answer): the
 * event loop would hang with that process, as ps does.
 */
#ifndef TVTRACED_TABLES_CMDLINES_H
#define TVTRACED_TABLES_CMDLINES_H

#include <stdbool.h>

#include "tables/procfs.h"

/* Of which thread group; slot is the caller's own. */
struct cmdline {
	u32 tgid, slot;
	u64 start_ns;
	char text[CMDLINE_MAX]; /* "": it has gone, or has none */
};

struct cmdlines;

/* NULL with errno: there is no thread. */
struct cmdlines *cmdlines_new(void);

/* NULL is ignored. The thread may hang; then it keeps what is its own until the process ends. */
void cmdlines_free(struct cmdlines *c);

/* Whether no more can be asked for until some are taken. */
bool cmdlines_full(struct cmdlines *c);

/* False, and nothing is asked for, when it is full. */
bool cmdlines_ask(struct cmdlines *c, u32 tgid, u64 start_ns, u32 slot);

/*
 * The next one that has been read, in their order. Waits until until_ns
 * (CLOCK_MONOTONIC) at most. False: there is none yet, or none was asked for.
 */
bool cmdlines_take(struct cmdlines *c, struct cmdline *result, u64 until_ns);

/* Whether any is still to come, and the thread does not hang. */
bool cmdlines_pending(struct cmdlines *c);

#endif
