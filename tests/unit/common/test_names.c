// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Names of kinds, froms and reasons: keys of JSON and words of conditions, so each is its own. */
#include <string.h>

#include "common/names.h"
#include "unit.h"

static void check_names(const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		assert_non_null(names[i]);
		assert_true(*names[i]);
		assert_int_equal(strspn(names[i], "abcdefghijklmnopqrstuvwxyz"), strlen(names[i]));
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(names[i], names[j]);
	}
}

static void names_are_words_of_their_own(void **state)
{
	(void)state;
	check_names(kind_names, NR_KINDS);
	check_names(from_names, NR_FROMS);
	check_names(reason_names, NR_REASONS);
}

/* The same in the outputs' documents, so not to be changed by a new order of the numbers. */
static void names_say_what_they_number(void **state)
{
	(void)state;
	assert_string_equal(kind_names[KIND_THREAD], "thread");
	assert_string_equal(kind_names[KIND_PROCESS], "process");
	assert_string_equal(kind_names[KIND_KTHREAD], "kthread");
	assert_string_equal(kind_names[KIND_IDLE], "idle");
	assert_string_equal(from_names[FROM_USER], "user");
	assert_string_equal(from_names[FROM_KTHREAD], "kthread");
	assert_string_equal(from_names[FROM_IDLE], "idle");
	assert_string_equal(reason_names[REASON_VOLUNTARY], "voluntary");
	assert_string_equal(reason_names[REASON_PREEMPTED], "preempted");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_words_of_their_own),
		cmocka_unit_test(names_say_what_they_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
