/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The clocks that the kernel stamps records with: those of the host. Where a process is in a time
 * namespace of its own (time_namespaces(7)), what it reads itself differs by a constant.
 */
#ifndef TVTRACED_COMMON_CLOCK_H
#define TVTRACED_COMMON_CLOCK_H

#include <time.h>

#include "record.h"

#define NSEC_PER_SEC 1000000000ull

/* Any clock as this process reads it, in ns. */
u64 clock_read_ns(clockid_t clock);

/* The host's CLOCK_MONOTONIC, as in records; our own until clock_adjust() has been called. */
u64 clock_ns(void);

/* The host's CLOCK_BOOTTIME, as in start times; our own until clock_adjust() has been called. */
u64 clock_boot_ns(void);

/* How far CLOCK_BOOTTIME is ahead of CLOCK_MONOTONIC: by all suspensions since boot. */
u64 clock_lead_ns(void);

/* For system calls: ns as they are. */
struct timespec clock_span(u64 ns);

/* A time of clock_ns() for system calls with a time of this process's CLOCK_MONOTONIC. */
struct timespec clock_timespec(u64 ns);

/* A time of this process's CLOCK_BOOTTIME, as /proc shows it, as one of the host's. */
u64 clock_from_own_boot(u64 ns);

/*
 * Tells what the host's clocks read at a moment between two readings of our own CLOCK_MONOTONIC and
 * CLOCK_BOOTTIME (before[0], before[1]; after[0], after[1]): the differences apply from now on. To
 * be called before there are any threads.
 */
void clock_adjust(const u64 before[2], const u64 host[2], const u64 after[2]);

#endif
