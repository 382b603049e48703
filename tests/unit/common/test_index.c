// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The index against an array that has all keys in it. */
#include <stdbool.h>

#include "unit.h"

#include "common/index.h"

enum { MANY = 60000, KEYS = 4096 };

/*
 * Keys as they come (tids in the upper half, births in the lower one), some that differ in one half
 * alone, and edges.
 */
static u64 key_of(size_t i)
{
	switch (i % 4) {
	case 0:
		return (u64)i << 32 | 77;
	case 1:
		return (u64)77 << 32 | i;
	case 2:
		return (u64)i * 0x100000001;
	default:
		return ~(u64)i;
	}
}

static void check_all(const struct index *x, void *const values[KEYS])
{
	for (size_t i = 0; i < KEYS; i++)
		assert_ptr_equal(index_find(x, key_of(i)), values[i]);
}

/* Grows, shrinks and grows again: what is moved back behind a hole is still found. */
static void agrees_with_an_array(void **state)
{
	static char things[KEYS];
	void *values[KEYS] = {NULL};
	struct index *x = index_new();
	uint64_t random = 1;

	(void)state;
	for (int step = 0; step < MANY; step++) {
		size_t i = next_random(&random) % KEYS;
		/* A third of the time there is more to remove than to add. */
		bool add = next_random(&random) % 8 < (step / 10000 % 3 ? 6 : 2);

		if (add && !values[i]) {
			values[i] = &things[i];
			index_add(x, key_of(i), values[i]);
		} else if (!add) {
			values[i] = NULL;
			index_remove(x, key_of(i));
		}
		assert_ptr_equal(index_find(x, key_of(i)), values[i]);
		if (step % 1000 == 0)
			check_all(x, values);
	}
	check_all(x, values);
	for (size_t i = 0; i < KEYS; i++)
		index_remove(x, key_of(i));
	for (size_t i = 0; i < KEYS; i++)
		assert_null(index_find(x, key_of(i)));
	index_free(x);
}

static void edges_are_keys_like_others(void **state)
{
	static const u64 keys[] = {0, 1, UINT32_MAX, (u64)1 << 32, (u64)1 << 63, UINT64_MAX};
	static char things[ARRAY_SIZE(keys)];
	struct index *x = index_new();

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		assert_null(index_find(x, keys[i]));
		index_remove(x, keys[i]);
		index_add(x, keys[i], &things[i]);
	}
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		assert_ptr_equal(index_find(x, keys[i]), &things[i]);
	index_remove(x, 0);
	assert_null(index_find(x, 0));
	assert_ptr_equal(index_find(x, 1), &things[1]);
	index_free(x);
}

/* It is full at half of its slots: whatever the number, it still finds what is not there. */
static void ends_its_search_at_every_size(void **state)
{
	static char thing;
	struct index *x = index_new();

	(void)state;
	for (u64 key = 0; key < 5000; key++) {
		index_add(x, key, &thing);
		assert_null(index_find(x, key + 1));
	}
	index_free(x);
	index_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agrees_with_an_array),
		cmocka_unit_test(edges_are_keys_like_others),
		cmocka_unit_test(ends_its_search_at_every_size),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
