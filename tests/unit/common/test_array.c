// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Arrays that grow keep what they hold, and grow seldom. */
#include <stdlib.h>
#include <string.h>

#include "common/array.h"
#include "unit.h"

enum { MANY = 100000 };

/* Of no size that malloc likes. */
struct odd {
	char bytes[13];
};

static void what_it_holds_stays(void **state)
{
	uint64_t *items = NULL, random = 3, expected = 3;
	size_t n = 0, room = 0;

	(void)state;
	for (; n < MANY; n++) {
		ARRAY_RESERVE(items, n, room);
		assert_non_null(items);
		assert_true(room > n);
		items[n] = next_random(&random);
	}
	for (size_t i = 0; i < n; i++)
		assert_int_equal(items[i], next_random(&expected));
	free(items);
}

/* All of the room is the caller's, whatever the size of an item; sanitizers see it if not. */
static void all_its_room_is_there(void **state)
{
	struct odd *items = NULL;
	size_t n = 0, room = 0;

	(void)state;
	for (int growth = 0; growth < 10; growth++) {
		ARRAY_RESERVE(items, n, room);
		assert_true(room > n);
		memset(&items[n], growth, (room - n) * sizeof(*items));
		n = room;
	}
	/* Each growth left its mark, and the next one kept it. */
	for (size_t i = 1; i < n; i++) {
		assert_true(items[i].bytes[0] >= items[i - 1].bytes[0]);
		for (size_t b = 1; b < sizeof(items[i].bytes); b++)
			assert_int_equal(items[i].bytes[b], items[i].bytes[0]);
	}
	assert_int_equal(items[0].bytes[0], 0);
	assert_int_equal(items[n - 1].bytes[0], 9);
	free(items);
}

static void it_grows_to_twice_its_room(void **state)
{
	char *items = NULL;
	size_t room = 0, growths = 0;

	(void)state;
	for (size_t n = 0; n < MANY; n++) {
		size_t before = room;
		const char *where = items;

		ARRAY_RESERVE(items, n, room);
		if (room != before) {
			assert_int_equal(n, before);
			assert_true(!before || room == 2 * before);
			growths++;
		} else {
			/* With space for one more, nothing moves. */
			assert_ptr_equal(items, where);
		}
		items[n] = 'x';
	}
	assert_true(growths > 0 && (size_t)1 << (growths - 1) <= MANY);
	free(items);
}

/* Emptied by its owner, it uses the memory that it has. */
static void an_emptied_one_keeps_its_room(void **state)
{
	int *items = NULL;
	size_t room = 0, before;
	const int *where;

	(void)state;
	ARRAY_RESERVE(items, 0, room);
	before = room;
	where = items;
	for (size_t n = 0; n < before; n++) {
		ARRAY_RESERVE(items, n, room);
		items[n] = (int)n;
	}
	ARRAY_RESERVE(items, 0, room);
	assert_ptr_equal(items, where);
	assert_int_equal(room, before);
	free(items);
}

/* Memory that came from elsewhere, of a room that is no power of two. */
static void others_memory_grows_as_well(void **state)
{
	enum { OTHERS = 3 };
	struct odd *items = malloc(OTHERS * sizeof(*items));
	size_t room = OTHERS;

	(void)state;
	assert_non_null(items);
	memset(items, 'a', OTHERS * sizeof(*items));
	ARRAY_RESERVE(items, OTHERS, room);
	assert_int_equal(room, 2 * OTHERS);
	memset(&items[OTHERS], 'b', OTHERS * sizeof(*items));
	for (size_t i = 0; i < room; i++)
		for (size_t b = 0; b < sizeof(items[i].bytes); b++)
			assert_int_equal(items[i].bytes[b], i < OTHERS ? 'a' : 'b');
	free(items);
}

static void sizes_are_numbers_of_items(void **state)
{
	static const struct odd odds[7];
	static const char text[] = "abc";

	(void)state;
	assert_int_equal(ARRAY_SIZE(odds), 7);
	assert_int_equal(ARRAY_SIZE(text), 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_it_holds_stays),
		cmocka_unit_test(all_its_room_is_there),
		cmocka_unit_test(it_grows_to_twice_its_room),
		cmocka_unit_test(an_emptied_one_keeps_its_room),
		cmocka_unit_test(others_memory_grows_as_well),
		cmocka_unit_test(sizes_are_numbers_of_items),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
