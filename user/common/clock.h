/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The host's clocks, with which the kernel stamps records. If this process is in a time namespace
 * of its own (time_namespaces(7)), the clocks that it reads differ from them by a constant.
 */
#ifndef TVTRACED_COMMON_CLOCK_H
#define TVTRACED_COMMON_CLOCK_H

#include <time.h>

#include "record.h"

#define NSEC_PER_SEC 1000000000ull

/* Returns any clock as this process reads it, in ns. */
u64 clock_read_ns(clockid_t clock);

/*
 * Returns the host's CLOCK_MONOTONIC, as in records; our own until clock_adjust() has been called.
 */
u64 clock_ns(void);

/*
 * Returns the host's CLOCK_BOOTTIME, as in start times; our own until clock_adjust() has been
 * called.
 */
u64 clock_boot_ns(void);

/*
 * Returns how far CLOCK_BOOTTIME is ahead of CLOCK_MONOTONIC: the length of all suspensions since
 * boot.
 */
u64 clock_lead_ns(void);

/* Converts a duration for system calls; the difference of the clocks does not matter. */
struct timespec clock_span(u64 ns);

/*
 * Converts a time of clock_ns() to this process's CLOCK_MONOTONIC, for system calls that take a
 * point in time.
 */
struct timespec clock_timespec(u64 ns);

/* Converts a time of this process's CLOCK_BOOTTIME, as /proc shows it, to the host's. */
u64 clock_from_own_boot(u64 ns);

/*
 * Sets the differences that apply from now on. [0] is CLOCK_MONOTONIC and [1] is CLOCK_BOOTTIME;
 * `host` was read from the host's clocks between `before` and `after`, which were read from our
 * own. Must be called before any thread is started.
 */
void clock_adjust(const u64 before[2], const u64 host[2], const u64 after[2]);

#endif
