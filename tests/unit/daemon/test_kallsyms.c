// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "probes/kallsyms.h"

#include <errno.h>
#include <string.h>

#include "unit.h"

static const struct {
	const char *symbols;
	const char *name; /* NULL: none */
} cases[] = {
	{"", NULL},
	{"ffffffff81 t work\n", "work"},
	{"ffffffff81 T work\n", "work"},
	{"0000000000000000 t work\n", "work"},
	{"ffffffff81 t work", "work"},
	{"ffffffff81 t other\nffffffff82 t work.isra.0\n", "work.isra.0"},
	{"ffffffff81 t work.constprop.12\n", "work.constprop.12"},
	{"ffffffff81 t work.constprop.0.isra.0\n", "work.constprop.0.isra.0"},
	/* The plain one is best, then the first. */
	{"1 t work.isra.0\n2 t work\n3 t work.isra.1\n", "work"},
	{"1 t work.isra.1\n2 t work.isra.0\n", "work.isra.1"},
	/* Pieces, padding, other functions, data, modules. */
	{"1 t work.cold\n2 t work.part.0\n3 t work.isra.0.cold\n4 t work.isra.0.part.0\n", NULL},
	{"1 t __pfx_work\n2 t work_more\n3 t wor\n4 t more_work\n", NULL},
	{"1 t work.isra.\n2 t work.isra.x\n3 t work.\n4 t work.isra.0.\n5 t work.isra.0x\n", NULL},
	{"1 d work\n2 r work\n3 b work\n", NULL},
	{"1 t work\t[module]\n", NULL},
	{"1 t work\t[module]\n2 t work.isra.0\n", "work.isra.0"},
	{"no symbols at all\nt\n\n t work\n", "work"},
	/* Longer than there is room for. */
	{"1 t work.constprop.00000000000000000000\n", NULL},
};

static void the_function_is_found_by_its_names(void **state)
{
	char name[24];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *symbols = cases[i].symbols;
		FILE *f = fmemopen((void *)symbols, strlen(symbols) + 1, "r");
		int err;

		assert_non_null(f);
		err = kallsyms_find(f, "work", name, sizeof(name));
		fclose(f);
		assert_int_equal(err, cases[i].name ? 0 : -ENOENT);
		if (cases[i].name)
			assert_string_equal(name, cases[i].name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_function_is_found_by_its_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
