/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Reads the command lines of processes in a thread. A command line lies in the memory of its
 * process, whose lock may be held for a long time or forever (a page fault on a file system that
 * does not answer). The event loop would then hang together with that process, as ps does.
 */
#ifndef TVTRACED_TABLES_CMDLINES_H
#define TVTRACED_TABLES_CMDLINES_H

#include <stdbool.h>

#include "tables/procfs.h"

/* The command line of a thread group. slot is for the caller's own use. */
struct cmdline {
	u32 tgid, slot;
	u64 start_ns;
	char text[CMDLINE_MAX]; /* empty: the process has gone or has no command line */
};

struct cmdlines;

/* Returns NULL and sets errno when the thread cannot be started. */
struct cmdlines *cmdlines_new(void);

/*
 * Ends the thread and frees c; NULL is ignored. If the thread hangs, the memory that it uses is
 * kept until the process ends.
 */
void cmdlines_free(struct cmdlines *c);

/*
 * Returns whether the queue is full, so that nothing can be asked for until some results are taken.
 */
bool cmdlines_full(struct cmdlines *c);

/*
 * Asks for the command line of a thread group. Returns false, and asks for nothing, when the queue
 * is full.
 */
bool cmdlines_ask(struct cmdlines *c, u32 tgid, u64 start_ns, u32 slot);

/*
 * Takes the next command line that has been read, in the order of the requests. Waits until
 * until_ns (CLOCK_MONOTONIC) at most. Returns false when none is there: none has been read yet, or
 * none was asked for.
 */
bool cmdlines_take(struct cmdlines *c, struct cmdline *result, u64 until_ns);

/* Returns whether any result can still be taken or is to come from a thread that does not hang. */
bool cmdlines_pending(struct cmdlines *c);

#endif
