/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A terminal that is as it was, however the program ends: two processes, of which one draws and
 * the other one waits. Whichever is killed, the one that is left cleans up.
 */
#ifndef TVTRACED_COMMON_TERMINAL_GUARD_H
#define TVTRACED_COMMON_TERMINAL_GUARD_H

#include <stdbool.h>

/*
 * Runs draw(ctx) in a child, and returns its exit status. The child gets SIGTERM when its parent
 * dies; when the child ends while the terminal is taken, the terminal is restored, and when it dies
 * of a signal, that is printed and the status is failed_status. To be called before any thread is
 * made, and before anything is opened that must not outlive the child.
 */
int terminal_guard_run(int (*draw)(void *ctx), void *ctx, int failed_status);

/* For the child: whether it has the terminal in a state that it was not in before. */
void terminal_guard_take(bool taken);

/* What brings most terminals back from full-screen programs; for those that cannot wait. */
void terminal_guard_write_leave(void);

#endif
