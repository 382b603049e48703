/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The event loop's real-time priority. An ordinary task can be kept from its CPU for hundreds of
 * milliseconds by another group of tasks that does nothing but switch (measured on 6.18, across
 * autogroups), which is just when the rings fill.
 */
#ifndef TVTRACED_PRIORITY_H
#define TVTRACED_PRIORITY_H

/*
 * Gives the calling thread the lowest real-time priority (SCHED_RR 1), and its children none.
 * When it has used REALTIME_MOST_US of CPU without ever waiting, it is an ordinary task again,
 * until priority_renew(). For one thread of the process. Returns 0 or -errno; then the thread
 * stays what it was, and priority_renew() does nothing.
 */
int priority_raise(void);

/* Before the thread waits: raises it again, if it has lost its priority meanwhile. */
void priority_renew(void);

#endif
