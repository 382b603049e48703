// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Widths of columns: a line is never too long, and where there is no limit nothing is cut. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/text.h"
#include "lists/columns.h"
#include "lists/layout.h"
#include "taken_output.h"
#include "unit.h"

enum { LEAST = 20, MOST_COLUMNS = NR_GROUP_COLUMNS, MOST_ROWS = 40, TEXT = 200, ROUNDS = 4000 };

static const struct table {
	const struct column *columns;
	size_t n;
} tables[] = {
	{group_columns, NR_GROUP_COLUMNS},
	{application_columns, NR_APPLICATION_COLUMNS},
	{thread_columns, NR_THREAD_COLUMNS},
};

struct list {
	struct row rows[MOST_ROWS];
	char texts[MOST_ROWS][3][TEXT];
	const struct row *shown[MOST_ROWS];
	const char *names[MOST_ROWS];
	size_t n;
};

/* Also of characters that take two columns, and none at all. */
static char *pick_text(char *out, uint64_t *random)
{
	static const char *const letters[] = {"a", "b", "c", "\xc3\xbc", "\xe6\xbc\xa2"};
	size_t len = next_random(random) >> (58 + next_random(random) % 6);

	*out = '\0';
	for (size_t i = 0; i < len; i++)
		strcat(out, letters[next_random(random) % ARRAY_SIZE(letters)]);
	return out;
}

static void pick_list(struct list *l, uint64_t *random)
{
	l->n = next_random(random) % (MOST_ROWS + 1);
	for (size_t i = 0; i < l->n; i++) {
		l->rows[i] = (struct row){.name = pick_text(l->texts[i][0], random),
					  .application = pick_text(l->texts[i][1], random),
					  .cmdline = pick_text(l->texts[i][2], random),
					  .kind = "container"};
		l->shown[i] = &l->rows[i];
		l->names[i] = l->rows[i].name;
	}
}

static int sum_of(const int *widths, size_t n)
{
	int sum = -1;

	for (size_t i = 0; i < n; i++)
		sum += widths[i] ? widths[i] + 1 : 0;
	return sum;
}

/* What a column has where it is shown at all. */
static int least_of(const struct column *c)
{
	return c->width ? c->width : c->wide;
}

static int longest(const struct table *t, size_t c, const struct list *l)
{
	int most = (int)text_columns(t->columns[c].heading);

	for (size_t i = 0; i < l->n; i++) {
		int n = (int)text_columns(c ? t->columns[c].name(l->shown[i]) : l->names[i]);

		most = n > most ? n : most;
	}
	return most;
}

static void check_line(const struct table *t, const struct list *l, int width)
{
	int widths[MOST_COLUMNS], sum, left;
	bool more = false;

	memset(widths, 0xa5, sizeof(widths));
	layout_columns(widths, t->columns, t->n, width, l->shown, l->names, l->n);
	sum = sum_of(widths, t->n);
	left = width - sum;
	assert_true(left >= 0);
	assert_true(widths[0] >= t->columns[0].width);
	for (size_t i = 0; i < t->n; i++) {
		const struct column *c = &t->columns[i];

		more = more || (widths[i] && c->wide);
		if (!widths[i]) {
			/* It is left out because it does not fit, or is not for text. */
			assert_true(!least_of(c) || least_of(c) + 1 > left);
			continue;
		}
		assert_true(widths[i] >= least_of(c));
		if (!c->name)
			assert_int_equal(widths[i], least_of(c));
		/* Nothing is wider than it needs to be, nor cut while there is room. */
		else if (widths[i] > least_of(c))
			assert_true(widths[i] <= longest(t, i, l));
		else if (left > 0)
			assert_true(widths[i] >= longest(t, i, l));
	}
	/* Others get something when a name has much. */
	if (widths[0] > 40 && !more)
		assert_true(left < 5 + 1);
}

static void lines_are_never_too_long(void **state)
{
	struct list *l = malloc(sizeof(*l));
	uint64_t random = 1;

	(void)state;
	assert_non_null(l);
	for (int round = 0; round < ROUNDS; round++) {
		pick_list(l, &random);
		check_line(&tables[round % (int)ARRAY_SIZE(tables)], l,
			   LEAST + (int)(next_random(&random) % 300));
	}
	free(l);
}

/* As in a pipe: the columns of 80, whatever is in them. */
static void usual_columns_fit_a_plain_line(void **state)
{
	struct list *l = calloc(1, sizeof(*l));

	(void)state;
	assert_non_null(l);
	for (size_t t = 0; t < ARRAY_SIZE(tables); t++) {
		int widths[MOST_COLUMNS];

		layout_columns(widths, tables[t].columns, tables[t].n, LAYOUT_PLAIN, l->shown,
			       l->names, 0);
		for (size_t i = 0; i < tables[t].n; i++)
			if (tables[t].columns[i].width)
				assert_true(widths[i] >= tables[t].columns[i].width);
	}
	free(l);
}

static void nothing_is_cut_without_limit(void **state)
{
	struct list *l = malloc(sizeof(*l));
	uint64_t random = 2;

	(void)state;
	assert_non_null(l);
	for (int round = 0; round < ROUNDS / 4; round++) {
		const struct table *t = &tables[round % (int)ARRAY_SIZE(tables)];
		int widths[MOST_COLUMNS];

		pick_list(l, &random);
		layout_columns(widths, t->columns, t->n, LAYOUT_UNLIMITED, l->shown, l->names,
			       l->n);
		for (size_t i = 0; i < t->n; i++) {
			assert_true((widths[i] != 0) == (least_of(&t->columns[i]) != 0));
			if (widths[i] && t->columns[i].name)
				assert_true(widths[i] >= longest(t, i, l));
		}
	}
	free(l);
}

/* A title that is longer than the name counts, and so does the last of many rows. */
static void the_last_of_many_rows_counts_without_limit(void **state)
{
	enum { MANY = 3000 };
	struct row row = {.name = "x", .application = "", .cmdline = "", .kind = "comm"};
	const struct row **shown = calloc(MANY, sizeof(*shown));
	const char **names = calloc(MANY, sizeof(*names));
	int widths[MOST_COLUMNS];
	char title[61];

	(void)state;
	assert_true(shown && names);
	memset(title, 't', sizeof(title) - 1);
	title[sizeof(title) - 1] = '\0';
	for (int i = 0; i < MANY; i++) {
		shown[i] = &row;
		names[i] = i == MANY - 1 ? title : "x";
	}
	layout_columns(widths, group_columns, NR_GROUP_COLUMNS, LAYOUT_UNLIMITED, shown, names,
		       MANY);
	assert_int_equal(widths[0], strlen(title));
	/* Without titles, names themselves. */
	layout_columns(widths, group_columns, NR_GROUP_COLUMNS, LAYOUT_UNLIMITED, shown, NULL,
		       MANY);
	assert_int_equal(widths[0], group_columns[0].width);
	free(names);
	free(shown);
}

/* Standard output is a file in memory, so COLUMNS alone says something. */
static int width_with(const char *columns)
{
	struct taken_output t;
	int width;

	take_output(&t, stdout);
	if (columns)
		setenv("COLUMNS", columns, 1);
	else
		unsetenv("COLUMNS");
	width = layout_width();
	free(taken_text(&t));
	return width;
}

static void width_of_what_is_no_terminal(void **state)
{
	static const struct {
		const char *columns;
		int width;
	} cases[] = {
		{NULL, 80},
		{"", 80},
		{"x", 80},
		{"0", 80},
		{"-5", 80},
		{"19", 80},
		{"20", 20},
		{"132", 132},
		{"1048575", 1048575},
		{"1048576", 80},
		{"99999999999999999999", 80},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_int_equal(width_with(cases[i].columns), cases[i].width);
}

/* A name has no more than 40 while others have nothing, and texts come before numbers. */
static void others_come_before_a_long_name(void **state)
{
	enum { ROOM = 40 - 14 + 1 + 20 };
	char name[101];
	struct row row = {.name = name, .application = "", .cmdline = "", .kind = "comm"};
	const struct row *shown = &row;
	int widths[MOST_COLUMNS], sum = -1;

	(void)state;
	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	for (size_t i = 0; i < NR_GROUP_COLUMNS; i++)
		sum += group_columns[i].width ? group_columns[i].width + 1 : 0;
	layout_columns(widths, group_columns, NR_GROUP_COLUMNS, sum + ROOM, &shown, NULL, 1);
	assert_int_equal(widths[0], 40);
	for (size_t i = 1; i < NR_GROUP_COLUMNS; i++)
		if (!group_columns[i].width)
			assert_int_equal(widths[i],
					 strcmp(group_columns[i].key, "application") ? 0 : 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_are_never_too_long),
		cmocka_unit_test(usual_columns_fit_a_plain_line),
		cmocka_unit_test(nothing_is_cut_without_limit),
		cmocka_unit_test(the_last_of_many_rows_counts_without_limit),
		cmocka_unit_test(width_of_what_is_no_terminal),
		cmocka_unit_test(others_come_before_a_long_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
