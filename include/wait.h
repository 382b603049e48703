/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A task's wait for a CPU: the time in which it could run and did not, from its last run (or its
 * creation) to the switch that lets it run again. It is what the kernel adds to run_delay, the
 * second number of /proc/TID/schedstat, in that time.
 */
#ifndef TVTRACED_WAIT_H
#define TVTRACED_WAIT_H

/* How the task had left its CPU before it waited. */
enum wait_after {
	WAIT_WOKEN,	/* by itself (nvcsw): it slept, and something woke it */
	WAIT_PREEMPTED, /* not by itself (nivcsw): it could have gone on all the time */
	WAIT_START,	/* not at all: this is its first run */
	WAIT_UNKNOWN,	/* its last run was not seen */
	NR_WAITS,
};

/*
 * A wait in one number: what it followed, plus one, in the lowest WAIT_BITS bits, and the
 * nanoseconds above. 0 is no wait: the idle task does not wait, or waits are not measured.
 */
#define WAIT_BITS 3
#define WAIT_MASK ((1 << WAIT_BITS) - 1)
#define WAIT_OF(ns, after) ((u64)(ns) << WAIT_BITS | ((after) + 1))
#define WAIT_NS(wait) ((wait) >> WAIT_BITS)
#define WAIT_AFTER(wait) ((enum wait_after)(((wait)&WAIT_MASK) - 1))

#endif
