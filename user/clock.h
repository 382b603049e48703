/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef TVTRACED_CLOCK_H
#define TVTRACED_CLOCK_H

#include <time.h>

#include "record.h"

static inline u64 clock_read_ns(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (u64)t.tv_sec * 1000000000 + (u64)t.tv_nsec;
}

/* CLOCK_MONOTONIC: the clock of the records. */
static inline u64 clock_ns(void)
{
	return clock_read_ns(CLOCK_MONOTONIC);
}

#endif
