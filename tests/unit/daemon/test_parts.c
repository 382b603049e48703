// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Names of the parts of a reply: each its own, and only those. */
#include <stdio.h>
#include <string.h>

#include "control/parts.h"
#include "unit.h"

static void each_part_is_found_by_its_name(void **state)
{
	(void)state;
	for (int i = 0; i < NR_PARTS; i++) {
		const char *name = part_name((enum part_id)i);

		assert_non_null(name);
		assert_true(*name);
		/* They stand in JSON as they are. */
		assert_int_equal(strspn(name, "abcdefghijklmnopqrstuvwxyz_"), strlen(name));
		assert_int_equal(part_find(name), i);
	}
	assert_int_equal(part_find("host"), PART_HOST);
	assert_int_equal(part_find("ended"), PART_ENDED);
}

static void nothing_else_is_found(void **state)
{
	char text[64];

	(void)state;
	assert_int_equal(part_find(""), -1);
	assert_int_equal(part_find("Host"), -1);
	for (int i = 0; i < NR_PARTS; i++) {
		const char *name = part_name((enum part_id)i);

		snprintf(text, sizeof(text), "%s ", name);
		assert_int_equal(part_find(text), -1);
		snprintf(text, sizeof(text), "%s", name);
		text[strlen(text) - 1] = '\0';
		assert_int_equal(part_find(text), -1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_part_is_found_by_its_name),
		cmocka_unit_test(nothing_else_is_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
