// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* TLB outcomes that are counted for some of the time only. */
#include "collect/tlb_count.h"
#include "unit.h"

/* What the kernel has counted so far, and what tlb_count_fill() makes of it. */
static struct accounting filled(const struct tlb_count *t, u64 switches, u64 flush, u64 reuse,
				u64 now)
{
	struct accounting a = {.labels = {[LABEL_INDEX(KIND_PROCESS, FROM_USER, 0)] = switches}};

	a.tlb[KIND_PROCESS][TLB_FLUSH] = flush;
	a.tlb[KIND_PROCESS][TLB_REUSE] = reuse;
	if (t)
		tlb_count_fill(t, &a, now);
	return a;
}

static void assert_outcomes(const struct accounting *a, u64 flush, u64 reuse, u64 none)
{
	assert_int_equal(a->tlb[KIND_PROCESS][TLB_FLUSH], flush);
	assert_int_equal(a->tlb[KIND_PROCESS][TLB_REUSE], reuse);
	assert_int_equal(a->tlb[KIND_PROCESS][TLB_NONE], none);
}

static void turn(struct tlb_count *t, bool on, u64 switches, u64 flush, u64 reuse, u64 now)
{
	struct accounting a = filled(NULL, switches, flush, reuse, now);

	tlb_count_turn(t, on, &a, now);
}

static void only_what_comes_while_it_is_counted_is_told(void **state)
{
	struct tlb_count t = {0};
	struct accounting a = filled(&t, 100, 0, 0, 10);

	(void)state;
	assert_false(a.tlb_counting);
	assert_int_equal(a.tlb_counted_ns, 0);
	assert_outcomes(&a, 0, 0, 0);
	/* Two events came after the attach and before the first sync. */
	turn(&t, true, 100, 2, 0, 20);
	turn(&t, true, 110, 3, 0, 25); /* it is on already */
	a = filled(&t, 150, 32, 5, 30);
	assert_true(a.tlb_counting);
	assert_int_equal(a.tlb_counted_ns, 10);
	assert_outcomes(&a, 30, 5, 15);
	turn(&t, false, 150, 32, 5, 40);
	/* So did three between the last sync and the detach. */
	a = filled(&t, 1000, 35, 5, 50);
	assert_false(a.tlb_counting);
	assert_int_equal(a.tlb_counted_ns, 20);
	assert_int_equal(a.tlb_last_ns, 40);
	assert_outcomes(&a, 30, 5, 15);
	turn(&t, true, 1000, 35, 5, 60);
	/* One event was counted before its switch. */
	a = filled(&t, 1010, 35, 31, 70);
	assert_outcomes(&a, 30, 31, 0);
	assert_int_equal(a.tlb_counted_ns, 30);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_what_comes_while_it_is_counted_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
