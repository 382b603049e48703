// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What came in the last minute. */
#include "unit.h"

#include "collect/recent.h"

#define NS_PER_MS UINT64_C(1000000)

/* One switch a millisecond since the start, each tenth one spilled. */
static struct accounting at_ms(u64 ms)
{
	return (struct accounting){
		.seen = ms, .spilled = ms / 10, .unseen = 2 * ms, .task_events_lost = ms / 100};
}

static void test_since_the_start(void **state)
{
	struct accounting none = {0}, now = at_ms(1500);
	struct recent r = {0};
	struct recent_sample grown;

	(void)state;
	recent_note(&r, 1000 * NS_PER_MS, &none);
	grown = recent_growth(&r, 2500 * NS_PER_MS, &now);
	assert_int_equal(grown.time_ns, 1500 * NS_PER_MS);
	assert_int_equal(grown.seen, 1500);
	assert_int_equal(grown.spilled, 150);
	assert_int_equal(grown.unseen, 3000);
	assert_int_equal(grown.task_events_lost, 15);
}

/* However often it is noted: of a minute, or up to a second and a note more. */
static void test_of_a_minute(void **state)
{
	static const u64 steps_ms[] = {20, 999, 1000, 5000, 7000};

	(void)state;
	for (size_t s = 0; s < ARRAY_SIZE(steps_ms); s++) {
		struct recent r = {0};

		for (u64 ms = 0; ms < 400000; ms += steps_ms[s]) {
			struct accounting now = at_ms(ms);
			struct recent_sample grown;
			u64 least = ms < 60000 ? ms : 60000;

			recent_note(&r, ms * NS_PER_MS, &now);
			grown = recent_growth(&r, ms * NS_PER_MS, &now);
			assert_in_range(grown.time_ns, least * NS_PER_MS,
					(least + 1000 + steps_ms[s]) * NS_PER_MS);
			assert_int_equal(grown.seen, grown.time_ns / NS_PER_MS);
		}
	}
}

/* Nobody noted for long: then the span is as long as it is, and says so. */
static void test_after_a_gap(void **state)
{
	struct accounting none = {0}, now = at_ms(500000);
	struct recent r = {0};
	struct recent_sample grown;

	(void)state;
	recent_note(&r, 0, &none);
	recent_note(&r, 500000 * NS_PER_MS, &now);
	grown = recent_growth(&r, 500000 * NS_PER_MS, &now);
	assert_int_equal(grown.time_ns, 500000 * NS_PER_MS);
	now = at_ms(560000);
	grown = recent_growth(&r, 560000 * NS_PER_MS, &now);
	assert_int_equal(grown.seen, 60000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_since_the_start),
		cmocka_unit_test(test_of_a_minute),
		cmocka_unit_test(test_after_a_gap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
