// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "common/clock.h"

/*
 * How far the host's CLOCK_MONOTONIC and CLOCK_BOOTTIME are ahead of this process's, in ns modulo
 * 2^64.
 */
static u64 ahead[2];

u64 clock_read_ns(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (u64)t.tv_sec * NSEC_PER_SEC + (u64)t.tv_nsec;
}

u64 clock_ns(void)
{
	return clock_read_ns(CLOCK_MONOTONIC) + ahead[0];
}

u64 clock_boot_ns(void)
{
	return clock_read_ns(CLOCK_BOOTTIME) + ahead[1];
}

u64 clock_lead_ns(void)
{
	enum { TRIES = 5 };
	u64 least_ns = UINT64_MAX, lead_ns = 0;

	/*
	 * The clocks are read one after the other, so a delay in between distorts the difference.
	 * The try with the shortest delay counts.
	 */
	for (int i = 0; i < TRIES; i++) {
		u64 before = clock_ns(), boot = clock_boot_ns(), after = clock_ns();

		if (after - before >= least_ns)
			continue;
		least_ns = after - before;
		lead_ns = boot > before ? boot - before : 0;
	}
	return lead_ns;
}

struct timespec clock_span(u64 ns)
{
	return (struct timespec){(time_t)(ns / NSEC_PER_SEC), (long)(ns % NSEC_PER_SEC)};
}

struct timespec clock_timespec(u64 ns)
{
	/*
	 * A time before the zero of our own clock cannot be expressed. It has passed anyway, so 1
	 * ns stands for it.
	 */
	u64 own = (int64_t)(ns - ahead[0]) > 0 ? ns - ahead[0] : 1;

	return (struct timespec){(time_t)(own / NSEC_PER_SEC), (long)(own % NSEC_PER_SEC)};
}

u64 clock_from_own_boot(u64 ns)
{
	return ns + ahead[1];
}

void clock_adjust(const u64 before[2], const u64 host[2], const u64 after[2])
{
	for (int i = 0; i < 2; i++) {
		/* In nearly all cases, both are the same clock, read in two ways. */
		if (before[i] <= host[i] + CLOCK_SLACK_NS && host[i] <= after[i] + CLOCK_SLACK_NS)
			ahead[i] = 0;
		else
			ahead[i] = host[i] - (before[i] + (after[i] - before[i]) / 2);
	}
}
