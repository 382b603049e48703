/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A terminal that is as it was, however the program ends: two processes, of which one draws and
 * the other one waits. Whichever is killed, the one that is left cleans up.
 */
#ifndef TVTRACE_GUARD_H
#define TVTRACE_GUARD_H

/*
 * Runs draw(ctx) in a child, and returns its exit status. The child gets SIGTERM when its parent
 * dies; when the child dies of a signal, the terminal is restored and the signal is told of.
 */
int guard_run(int (*draw)(void *ctx), void *ctx);

#endif
