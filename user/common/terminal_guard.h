/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Leaves the terminal as it was, however the program ends. One process draws and its parent waits;
 * when either of them is killed, the other one restores the terminal.
 */
#ifndef TVTRACED_COMMON_TERMINAL_GUARD_H
#define TVTRACED_COMMON_TERMINAL_GUARD_H

#include <stdbool.h>

/*
 * Runs draw(ctx) in a child process and returns the child's exit status. The child gets SIGTERM
 * when its parent dies. If the child ends while the terminal is taken, the parent restores the
 * terminal; if a signal kills the child, the parent prints that and returns failed_status. Must be
 * called before any thread is started, and before anything is opened that must not outlive the
 * child.
 */
int terminal_guard_run(int (*draw)(void *ctx), void *ctx, int failed_status);

/* Called by the child to tell whether it has changed the state of the terminal. */
void terminal_guard_take(bool taken);

/*
 * Writes the sequences by which most terminals leave a full-screen program, for callers that cannot
 * wait long for the terminal.
 */
void terminal_guard_write_leave(void);

#endif
