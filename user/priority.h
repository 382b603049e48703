/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The event loop's real-time priority. A group of tasks that does nothing but switch can keep an
 * ordinary task from its CPU for hundreds of milliseconds (measured on 6.18, across autogroups),
 * and that is just when the ring buffers fill.
 */
#ifndef TVTRACED_PRIORITY_H
#define TVTRACED_PRIORITY_H

/*
 * Gives the calling thread, but not its children, the lowest real-time priority (SCHED_RR 1). After
 * REALTIME_MOST_US of CPU time without sleeping, the thread becomes an ordinary task until
 * priority_renew(). Only one thread of a process may call this. Returns 0 or -errno; on error, the
 * thread stays as it was and priority_renew() does nothing.
 */
int priority_raise(void);

/*
 * Call this before the thread sleeps: it restores the real-time priority if the thread has lost it.
 */
void priority_renew(void);

#endif
