// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* One list as text, CSV and JSON: cells at their edges, and that all three say the same. */
#include <inttypes.h>
#include <json-c/json.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/text.h"
#include "lists/columns.h"
#include "lists/layout.h"
#include "lists/listing.h"
#include "taken_output.h"
#include "unit.h"

enum { NR_ROWS = 6, MANY = 300, MOST_FIELDS = 2 + NR_GROUP_COLUMNS };

/* A column whose number is that of the test. */
static double given;

static double number(const struct row *r)
{
	(void)r;
	return given;
}

static void check_cell_in(int width, enum cell cell, double v, bool ended, const char *expected)
{
	struct column c = {.key = "x",
			   .heading = "x",
			   .cell = cell,
			   .width = width,
			   .number = number,
			   .help = "x"};
	struct row r = {.ended = ended};
	char buf[CELL_TEXT_LEN];

	given = v;
	assert_ptr_equal(listing_cell(buf, &c, &r), buf);
	if (strcmp(buf, expected) != 0)
		fail_msg("%.17g: '%s', not '%s'", v, buf, expected);
}

static void check_cell(enum cell cell, double v, bool ended, const char *expected)
{
	check_cell_in(0, cell, v, ended, expected);
}

static void cells_at_their_edges(void **state)
{
	(void)state;
	check_cell(CELL_ID, 4194304, false, "4194304");
	check_cell(CELL_ID, 0, true, "0");
	check_cell(CELL_ID, NAN, true, "ended");
	check_cell(CELL_ID, NAN, false, "-");
	check_cell(CELL_COUNT, NAN, true, "-");
	check_cell(CELL_COUNT, 10000, false, "10.0k");
	check_cell_in(5, CELL_COUNT, 12345, false, "12.3k");
	check_cell_in(4, CELL_COUNT, 12345, false, "12k");
	check_cell_in(4, CELL_COUNT, 999499, false, "999k");
	check_cell_in(4, CELL_COUNT, 999500, false, "1M");
	check_cell_in(4, CELL_COUNT, 4194304, false, "4M");
	check_cell(CELL_RATE, 0.25, false, "0.25");
	check_cell(CELL_RATE, 0, false, "0");
	check_cell(CELL_RATE, NAN, false, "-");
	check_cell(CELL_NS, 1500, false, "1.50 us");
	check_cell(CELL_NS, NAN, false, "-");
	check_cell(CELL_BYTES, 104857600, false, "100 MiB");
	check_cell(CELL_BYTES, NAN, false, "-");
	check_cell(CELL_PERCENT, 0, false, "0%");
	check_cell(CELL_PERCENT, 0.0001, false, "0.01%");
	check_cell(CELL_PERCENT, 0.025, false, "2.50%");
	check_cell(CELL_PERCENT, 0.09949, false, "9.95%");
	check_cell(CELL_PERCENT, 0.0995, false, "10%");
	check_cell(CELL_PERCENT, 0.0996, false, "10%");
	check_cell(CELL_PERCENT, 1, false, "100%");
	check_cell(CELL_PERCENT, 12.34, false, "1234%");
	check_cell(CELL_PERCENT, NAN, false, "-");
}

/* Rows with everything that a list must survive. */
struct list {
	struct row rows[NR_ROWS];
	const struct row *shown[NR_ROWS];
};

static void make_list(struct list *l)
{
	static const char *const names[NR_ROWS] = {
		"plain", "=cmd|' /C calc'!A0", "a,\"b\"", "\xe6\xbc\xa2\xe6\xbc\xa2", "<x>",
		"plain",
	};
	static const char *const cmdlines[NR_ROWS] = {"", "-x", "a b", "\xe6\xbc\xa2 1", "", ""};
	uint64_t random = 1;

	for (u32 i = 0; i < NR_ROWS; i++) {
		struct row *r = &l->rows[i];

		*r = (struct row){.name = names[i],
				  .application = "a.service",
				  .kind = "unit",
				  .cmdline = cmdlines[i],
				  .tgid = 100 + i,
				  .ppid = 1,
				  .threads = i,
				  .ended = i == 4,
				  .nr_ended = i,
				  .start_ns = 9007199254740991 - i,
				  .cost_ns = next_random(&random) >> 40,
				  .seconds = 1.5};
		/* One has nothing. */
		for (int k = 0; k < NR_KINDS && i != 5; k++) {
			r->total.switches[k] = next_random(&random) >> 30;
			r->grown.switches[k] = next_random(&random) >> 50;
			r->grown.user_switches[k] = r->grown.switches[k] / 2;
			r->grown.user_cost_ns[k] = next_random(&random) >> 44;
		}
		r->grown.reasons[REASON_PREEMPTED] = i;
		r->created = (struct created){.count = {i},
					      .timed = {i},
					      .duration_ns = {7777 * i},
					      .resident_bytes = (u64)i << 33};
		l->shown[i] = r;
	}
}

static struct listing listing_of(enum output output)
{
	return (struct listing){.output = output,
				.what = "groups",
				.columns = group_columns,
				.nr_columns = NR_GROUP_COLUMNS};
}

static char *printed(struct listing *l, const struct list *list, size_t n, u64 time_ns)
{
	struct taken_output t;
	char *text;
	int err;

	take_output(&t, stdout);
	err = listing_print(l, time_ns, 1500000000, list->shown, n);
	text = taken_text(&t);
	assert_int_equal(err, 0);
	return text;
}

/* The fields of a record of CSV, in place; returns where the next one begins. */
static char *read_record(char *text, char **fields, size_t *n)
{
	*n = 0;
	for (;;) {
		char *to = text;
		bool quoted = *text == '"';

		assert_true(*n < MOST_FIELDS);
		fields[(*n)++] = to;
		text += quoted;
		while (quoted ? *text != '"' || text[1] == '"' : !strchr(",\r", *text)) {
			text += quoted && *text == '"';
			assert_true(*text);
			*to++ = *text++;
		}
		text += quoted;
		if (*text == ',') {
			*to = '\0';
			text++;
			continue;
		}
		assert_memory_equal(text, "\r\n", 2);
		*to = '\0';
		return text + 2;
	}
}

static void check_csv_field(const char *field, const struct column *c, const struct row *r)
{
	if (c->name) {
		const char *text = c->name(r);

		assert_string_equal(field + (*field == '\'' && *text != *field), text);
		return;
	}
	if (isnan(c->number(r))) {
		assert_string_equal(field, "");
		return;
	}
	/* Whole numbers exactly, others to six digits. */
	if (c->number(r) == floor(c->number(r)))
		assert_true(strtod(field, NULL) == c->number(r));
	else
		assert_true(fabs(strtod(field, NULL) / c->number(r) - 1) < 1e-5);
}

/* The heading comes once, before the first interval. */
static void csv_says_all_columns(void **state)
{
	struct listing l = listing_of(OUTPUT_CSV);
	struct list list;

	(void)state;
	make_list(&list);
	for (int interval = 0; interval < 2; interval++) {
		char *text = printed(&l, &list, NR_ROWS, UINT64_MAX), *at = text;
		char *fields[MOST_FIELDS];
		size_t n;

		if (!interval) {
			at = read_record(at, fields, &n);
			assert_int_equal(n, 2 + NR_GROUP_COLUMNS);
			assert_string_equal(fields[0], "time_ns");
			assert_string_equal(fields[1], "interval_ns");
			for (size_t c = 0; c < NR_GROUP_COLUMNS; c++)
				assert_string_equal(fields[2 + c], group_columns[c].key);
		}
		for (size_t i = 0; i < NR_ROWS; i++) {
			at = read_record(at, fields, &n);
			assert_int_equal(n, 2 + NR_GROUP_COLUMNS);
			assert_string_equal(fields[0], "18446744073709551615");
			assert_string_equal(fields[1], "1500000000");
			for (size_t c = 0; c < NR_GROUP_COLUMNS; c++)
				check_csv_field(fields[2 + c], &group_columns[c], list.shown[i]);
		}
		assert_int_equal(*at, '\0');
		free(text);
	}
}

static void check_json_value(struct json_object *o, const struct column *c, const struct row *r)
{
	struct json_object *v;

	assert_true(json_object_object_get_ex(o, c->key, &v));
	if (c->name) {
		assert_string_equal(json_object_get_string(v), c->name(r));
	} else if (isnan(c->number(r))) {
		assert_null(v);
	} else {
		bool whole = c->cell == CELL_ID || c->cell == CELL_COUNT || c->cell == CELL_BYTES;

		assert_int_equal(json_object_get_type(v), whole ? json_type_int : json_type_double);
		assert_true(json_object_get_double(v) == c->number(r));
	}
}

static void json_says_all_columns(void **state)
{
	struct listing l = listing_of(OUTPUT_JSON);
	struct json_object *o, *rows, *v;
	struct list list;
	char *text;

	(void)state;
	make_list(&list);
	text = printed(&l, &list, NR_ROWS, UINT64_MAX);
	/* One line. */
	assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);
	o = json_tokener_parse(text);
	assert_non_null(o);
	assert_true(json_object_object_get_ex(o, "schema", &v));
	assert_true(json_object_object_get_ex(o, "time_ns", &v));
	assert_true(json_object_get_uint64(v) == UINT64_MAX);
	assert_true(json_object_object_get_ex(o, "interval_ns", &v));
	assert_int_equal(json_object_get_uint64(v), 1500000000);
	assert_true(json_object_object_get_ex(o, "groups", &rows));
	assert_int_equal(json_object_array_length(rows), NR_ROWS);
	for (size_t i = 0; i < NR_ROWS; i++) {
		struct json_object *row = json_object_array_get_idx(rows, i);

		assert_int_equal(json_object_object_length(row), NR_GROUP_COLUMNS);
		for (size_t c = 0; c < NR_GROUP_COLUMNS; c++)
			check_json_value(row, &group_columns[c], list.shown[i]);
	}
	json_object_put(o);
	free(text);
	text = printed(&l, &list, 0, 0);
	assert_non_null(strstr(text, "\"groups\":[]"));
	free(text);
}

/* In no line more columns than there are, and no space at an end. */
static void check_text_lines(char *text, size_t n, int width)
{
	size_t lines = 0;

	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
		assert_true((int)text_columns(line) <= width);
		assert_true(line[strlen(line) - 1] != ' ');
		lines++;
	}
	assert_int_equal(lines, n + 1);
}

static void text_fits_its_line(void **state)
{
	struct list list;

	(void)state;
	make_list(&list);
	for (int width = 20; width < 300; width++) {
		struct listing l = listing_of(OUTPUT_TEXT);
		char columns[16], *text;

		snprintf(columns, sizeof(columns), "%d", width);
		setenv("COLUMNS", columns, 1);
		l.titles = width % 2;
		text = printed(&l, &list, NR_ROWS, 1);
		check_text_lines(text, NR_ROWS, width);
		free(text);
		/* Lists that repeat have an empty line between. */
		text = printed(&l, &list, 0, 2);
		assert_int_equal(text[0], '\n');
		free(text);
	}
	unsetenv("COLUMNS");
}

/* All headings, all names and every cell, each below its heading's end. */
static void wide_text_has_everything(void **state)
{
	struct listing l = listing_of(OUTPUT_TEXT);
	struct list list;
	char *text;

	(void)state;
	make_list(&list);
	l.wide = true;
	text = printed(&l, &list, NR_ROWS, 1);
	for (size_t c = 0; c < NR_GROUP_COLUMNS; c++)
		assert_non_null(strstr(text, group_columns[c].heading));
	for (size_t i = 0; i < NR_ROWS; i++) {
		assert_non_null(strstr(text, list.rows[i].name));
		assert_non_null(strstr(text, list.rows[i].cmdline));
		for (size_t c = 0; c < NR_GROUP_COLUMNS; c++) {
			char cell[CELL_TEXT_LEN];

			if (!group_columns[c].number || !*group_columns[c].heading)
				continue;
			assert_non_null(
				strstr(text, listing_cell(cell, &group_columns[c], list.shown[i])));
		}
	}
	free(text);
}

/* As slow and as plain as can be: whether a may stand before b. */
static bool in_order(const struct row *a, const struct row *b, const struct column *by)
{
	if (by->name) {
		int order = strcmp(by->name(a), by->name(b));

		order = order ? order : strcmp(a->cmdline, b->cmdline);
		if (order)
			return order < 0;
	} else {
		double v = by->number(a), w = by->number(b);

		if (isnan(v) != isnan(w))
			return isnan(w);
		if (!isnan(v) && v != w)
			return v > w;
	}
	return a->tgid != b->tgid ? a->tgid < b->tgid : a->tid <= b->tid;
}

static void sorts_by_every_column(void **state)
{
	static const char *const names[] = {"a", "b", "", "B", "aa"};
	static struct row rows[MANY];
	static const struct row *shown[MANY];
	uint64_t random = 3;

	(void)state;
	for (u32 i = 0; i < MANY; i++) {
		u64 r = next_random(&random);

		rows[i] = (struct row){.name = names[r % 5],
				       .application = names[r / 5 % 5],
				       .kind = names[r / 25 % 5],
				       .cmdline = names[r / 125 % 5],
				       .tgid = (r >> 20) % 10,
				       .tid = i,
				       .ended = (r >> 30) % 4 == 0,
				       .cost_ns = (r >> 32) % 3,
				       .seconds = 1};
		for (int k = 0; k < NR_KINDS; k++)
			rows[i].grown.user_switches[k] = rows[i].grown.switches[k] =
				(r >> (40 + 2 * k)) % 4;
		rows[i].grown.reasons[0] = (r >> 50) % 3;
		shown[i] = &rows[i];
	}
	for (size_t c = 0; c < NR_GROUP_COLUMNS; c++) {
		u32 sum = 0;

		listing_sort(shown, MANY, &group_columns[c]);
		for (size_t i = 1; i < MANY; i++)
			assert_true(in_order(shown[i - 1], shown[i], &group_columns[c]));
		for (size_t i = 0; i < MANY; i++)
			sum += shown[i]->tid;
		assert_int_equal(sum, MANY * (MANY - 1) / 2);
	}
}

/* Zero is more than what does not exist. */
static void what_does_not_exist_comes_last(void **state)
{
	struct row rows[] = {
		{.tgid = 1, .name = "", .cmdline = ""},
		{.tgid = 2, .name = "", .cmdline = "", .grown.user_switches = {[KIND_PROCESS] = 1}},
	};
	const struct row *shown[] = {&rows[0], &rows[1]};

	(void)state;
	listing_sort(shown, 2, listing_find(group_columns, NR_GROUP_COLUMNS, "thread_share"));
	assert_ptr_equal(shown[0], &rows[1]);
	listing_sort(shown, 0, &group_columns[0]);
}

/* Of each column its key, its heading and all words of its help, in lines that fit a terminal. */
static void help_explains_each_column(void **state)
{
	char *doc = listing_doc("Before.", "After:\n", group_columns, NR_GROUP_COLUMNS);
	const char *at = doc;

	(void)state;
	assert_memory_equal(doc, "Before.\vAfter:\n", strlen("Before.\vAfter:\n"));
	for (size_t c = 0; c < NR_GROUP_COLUMNS; c++) {
		char words[512], *word;

		at = strstr(at, group_columns[c].key);
		assert_non_null(at);
		snprintf(words, sizeof(words), "%s", group_columns[c].help);
		for (word = strtok(words, " "); word; word = strtok(NULL, " ")) {
			at = strstr(at, word);
			assert_non_null(at);
		}
	}
	doc = listing_doc_add(doc, "More:\n", thread_columns, NR_THREAD_COLUMNS);
	assert_non_null(strstr(doc, "\nMore:\n"));
	for (char *line = strtok(doc, "\n"); line; line = strtok(NULL, "\n"))
		assert_true(strlen(line) < 80 && line[strlen(line) - 1] != ' ');
	free(doc);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cells_at_their_edges),
		cmocka_unit_test(csv_says_all_columns),
		cmocka_unit_test(json_says_all_columns),
		cmocka_unit_test(text_fits_its_line),
		cmocka_unit_test(wide_text_has_everything),
		cmocka_unit_test(sorts_by_every_column),
		cmocka_unit_test(what_does_not_exist_comes_last),
		cmocka_unit_test(help_explains_each_column),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
