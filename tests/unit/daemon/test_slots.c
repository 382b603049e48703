// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Slots keep their places. */
#include "unit.h"

#include "tables/slots.h"

enum { MANY = 5000 };

static void test_places_stay(void **state)
{
	static int things[MANY];
	size_t at[MANY];
	struct slots s = {0};
	uint64_t random = 1;

	(void)state;
	for (size_t i = 0; i < MANY; i++)
		at[i] = slots_add(&s, &things[i]);
	assert_int_equal(s.used, MANY);
	/* Take out half, at random, and look whether the others are where they were. */
	for (size_t i = 0; i < MANY; i++)
		if (next_random(&random) & 1) {
			slots_remove(&s, at[i]);
			at[i] = SIZE_MAX;
		}
	for (size_t i = 0; i < MANY; i++)
		if (at[i] != SIZE_MAX)
			assert_ptr_equal(s.items[at[i]], &things[i]);
	/* Holes are used before there are more slots, and each only once. */
	for (size_t i = 0; i < MANY; i++)
		if (at[i] == SIZE_MAX)
			at[i] = slots_add(&s, &things[i]);
	assert_int_equal(s.n, MANY);
	assert_int_equal(s.used, MANY);
	for (size_t i = 0; i < MANY; i++)
		assert_ptr_equal(s.items[at[i]], &things[i]);
	slots_release(&s);
	assert_int_equal(s.n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_places_stay),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
