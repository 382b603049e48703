// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "common/clock.h"

/* What the host's clocks are ahead by: CLOCK_MONOTONIC, CLOCK_BOOTTIME; modulo 2^64. */
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

	/* What comes between the readings makes them differ; least, when that is least. */
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
	/* What lies before the beginning of our own clock is over. */
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
		/* As nearly always: one and the same clock, read in two ways. */
		if (before[i] <= host[i] + CLOCK_SLACK_NS && host[i] <= after[i] + CLOCK_SLACK_NS)
			ahead[i] = 0;
		else
			ahead[i] = host[i] - (before[i] + (after[i] - before[i]) / 2);
	}
}
