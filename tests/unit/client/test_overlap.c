// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Overlaps of stretches against the state of each nanosecond. */
#include <math.h>
#include <string.h>

#include "advise/overlap.h"
#include "unit.h"

enum { ROUNDS = 200, CPUS = 3, LENGTH = 2000, GROUPS = 3, IDLE = 0 };

/* Fills a CPU's time with stretches of groups, which begin where the one before ends, or later. */
static void fill(struct overlap *o, unsigned char who[LENGTH], uint64_t *random, u32 cpu)
{
	u64 ns = 0;

	memset(who, IDLE, LENGTH);
	while (ns < LENGTH) {
		u64 end = ns + 1 + next_random(random) % 50;
		u32 tgid = next_random(random) % (GROUPS + 1);

		end = end < LENGTH ? end : LENGTH;
		if (tgid != IDLE)
			overlap_add(o, tgid, cpu, ns, end);
		memset(who + ns, (int)tgid, end - ns);
		ns = end;
	}
}

static double expected(unsigned char who[CPUS][LENGTH], u32 tgid)
{
	int any = 0, two = 0, sum = 0, most = 0;

	for (int ns = 0; ns < LENGTH; ns++) {
		int running = 0;

		for (int cpu = 0; cpu < CPUS; cpu++)
			running += who[cpu][ns] == tgid;
		sum += running;
		any += running >= 1;
		two += running >= 2;
	}
	for (int cpu = 0; cpu < CPUS; cpu++) {
		int on_it = 0;

		for (int ns = 0; ns < LENGTH; ns++)
			on_it += who[cpu][ns] == tgid;
		most = on_it > most ? on_it : most;
	}
	return any && most <= sum * OVERLAP_ONE_CPU ? (double)two / any : NAN;
}

static void check(double got, double right)
{
	assert_true(got == right || (isnan(got) && isnan(right)));
}

static void test_random_stretches(void **state)
{
	static unsigned char who[CPUS][LENGTH];
	uint64_t random = 88172645463325252;

	(void)state;
	for (int round = 0; round < ROUNDS; round++) {
		struct overlap *o = overlap_new();

		/* In some rounds on one CPU alone. */
		for (u32 cpu = 0; cpu < CPUS; cpu++)
			if (!cpu || round % 10)
				fill(o, who[cpu], &random, cpu);
			else
				memset(who[cpu], IDLE, LENGTH);
		for (u32 tgid = 1; tgid <= GROUPS; tgid++)
			check(overlap_share(o, tgid), expected(who, tgid));
		assert_true(isnan(overlap_share(o, GROUPS + 1)));
		overlap_free(o);
	}
}

/* The stretch before a CPU's first switch is told last. */
static void test_late_beginning(void **state)
{
	struct overlap *o = overlap_new();

	(void)state;
	overlap_add(o, 1, 0, 100, 200);
	overlap_add(o, 1, 1, 150, 200);
	overlap_add(o, 1, 1, 0, 150);
	assert_true(overlap_share(o, 1) == 0.5);
	overlap_free(o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random_stretches),
		cmocka_unit_test(test_late_beginning),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
