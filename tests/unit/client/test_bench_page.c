// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The page of a benchmark beside its JSON, of figures that are known, unsteady or missing. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/bench.h"
#include "taken_output.h"
#include "unit.h"

enum { TEXT = 64 };

static const struct figure unsteady = {.value = 500, .spread = 400};

/* A figure in ns that no other one is like: 101 ns, 102 ns, and so on. */
static struct figure next_figure(int *n)
{
	return (struct figure){.value = 100 + ++*n, .spread = 0.1};
}

static void fill(struct bench *b)
{
	int n = 0;

	*b = (struct bench){.facts = json_object_new_object()};
	json_object_object_add(b->facts, "kernel", json_object_new_string("6.x <&>"));
	for (size_t i = 0; i < NR_SWITCHES; i++) {
		b->switches[i].name = "a way";
		for (enum side side = 0; side < NR_SIDES; side++) {
			b->switches[i].own[side] = next_figure(&n);
			b->switches[i].said[side] = next_figure(&n);
		}
		b->switches[i].more = next_figure(&n);
	}
	for (size_t i = 0; i < NR_CREATIONS_MEASURED; i++)
		b->creations[i] = (struct creation_row){.name = "thread",
							.resident_bytes = 1 << 20,
							.own = next_figure(&n),
							.said_ns = next_figure(&n).value};
	for (size_t i = 0; i < NR_MEMORIES; i++) {
		b->memories[i].name = "one";
		b->memories[i].pss = next_figure(&n).value;
		b->memories[i].uss = next_figure(&n).value;
	}
	bench_weigh(b);
}

/* Without any figure. */
static void fill_with_nothing(struct bench *b)
{
	static const struct figure none = {.value = NAN, .spread = NAN};

	fill(b);
	for (size_t i = 0; i < NR_SWITCHES; i++) {
		for (enum side side = 0; side < NR_SIDES; side++)
			b->switches[i].own[side] = b->switches[i].said[side] = none;
		b->switches[i].more = none;
	}
	for (size_t i = 0; i < NR_CREATIONS_MEASURED; i++)
		b->creations[i] = (struct creation_row){
			.name = "thread", .own = none, .said_ns = NAN, .why = "for <no> reason"};
	for (size_t i = 0; i < NR_MEMORIES; i++)
		b->memories[i] = (struct memory_row){
			.name = "one", .pss = NAN, .uss = NAN, .why = "no reason"};
	memset(b->claims, 0, sizeof(b->claims));
	bench_weigh(b);
}

static char *printed(void (*print)(const struct bench *b), const struct bench *b)
{
	struct taken_output t;

	take_output(&t, stdout);
	print(b);
	return taken_text(&t);
}

static int count(const char *text, const char *part)
{
	int n = 0;

	while ((text = strstr(text, part))) {
		text += strlen(part);
		n++;
	}
	return n;
}

static char *page_of(struct bench *b)
{
	char *page = printed(bench_print_html, b);

	json_object_put(b->facts);
	return page;
}

static void assert_has(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("it has not '%s':\n%s", part, text);
}

static void every_figure_of_json_is_in_the_page(void **state)
{
	struct bench b;
	char *json, *page;
	int n = 0;

	(void)state;
	fill(&b);
	json = printed(bench_print_json, &b);
	page = page_of(&b);
	for (int i = 0; i < NR_SWITCHES * 5 + NR_CREATIONS_MEASURED * 2 + NR_MEMORIES * 2; i++) {
		char number[TEXT], cell[TEXT];

		n = 101 + i;
		snprintf(number, sizeof(number), ":%d.0", n);
		assert_has(json, number);
		snprintf(cell, sizeof(cell), ">%d ", n);
		assert_has(page, cell);
	}
	for (size_t i = 0; i < NR_CLAIMS; i++)
		assert_has(page, b.claims[i].here);
	assert_has(page, "<h1>What threads and processes cost on Linux 6.x &lt;&amp;&gt;</h1>");
	free(json);
	free(page);
}

static void what_is_unsteady_is_not_drawn_as_a_value(void **state)
{
	static const char bar[] = "<rect class=\"thread\"", dot[] = "<circle class=\"thread\"";
	struct bench b;
	char *page;

	(void)state;
	fill(&b);
	page = page_of(&b);
	assert_int_equal(count(page, bar), NR_SWITCHES);
	assert_int_equal(count(page, dot), NR_CREATIONS_MEASURED);
	assert_int_equal(count(page, "<circle class=\"kthread\""), 4);
	free(page);

	fill(&b);
	b.switches[1].own[SIDE_THREAD] = unsteady;
	b.switches[SWITCH_TOUCHING_1_MIB].more = unsteady;
	b.creations[1].own = unsteady;
	page = page_of(&b);
	assert_int_equal(count(page, bar), NR_SWITCHES - 1);
	assert_int_equal(count(page, dot), NR_CREATIONS_MEASURED - 1);
	assert_int_equal(count(page, "<circle class=\"kthread\""), 3);
	assert_int_equal(count(page, "<path class=\"join\""), 3 + 3 - 2);
	assert_int_equal(count(page, "<path class=\"spread unsteady\""), 3);
	/* In the table, in the title, and beside two of the three; the third has a word only. */
	assert_int_equal(count(page, "unsteady ±400 ns"), 3 + 3 + 2);
	assert_null(strstr(page, "500 ns"));
	free(page);
}

static void what_is_missing_is_said(void **state)
{
	struct bench b;
	char *page;

	(void)state;
	fill_with_nothing(&b);
	page = page_of(&b);
	assert_null(strstr(page, "nan"));
	assert_null(strstr(page, "inf"));
	assert_int_equal(count(page, "<circle"), 0);
	assert_int_equal(count(page, "<rect class=\"thread\""), 0);
	/* In the table, in the title, and in the picture. */
	assert_int_equal(count(page, "for &lt;no&gt; reason"), 3 * NR_CREATIONS_MEASURED);
	assert_has(page, "not measured");
	assert_int_equal(count(page, ">too unsteady to say</text>"), NR_CLAIMS);
	free(page);
}

/* A scale must not be turned round or be endless, wherever what is unsteady lies. */
static void only_what_is_unsteady(void **state)
{
	static const double values[] = {-500, 0, 1, 500, 1e12};
	struct bench b;

	(void)state;
	for (size_t v = 0; v < ARRAY_SIZE(values); v++) {
		const struct figure f = {.value = values[v], .spread = fabs(values[v]) / 2 + 1};
		char *page;

		fill_with_nothing(&b);
		for (size_t i = 0; i < NR_SWITCHES; i++)
			b.switches[i].own[SIDE_THREAD] = b.switches[i].more = f;
		for (size_t i = 0; i < NR_CREATIONS_MEASURED; i++)
			b.creations[i].own = f;
		page = page_of(&b);
		assert_null(strstr(page, "nan"));
		assert_null(strstr(page, "inf"));
		assert_int_equal(count(page, "<path class=\"spread unsteady\""),
				 NR_SWITCHES + 4 + NR_CREATIONS_MEASURED);
		assert_true(strlen(page) < 100000);
		free(page);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_figure_of_json_is_in_the_page),
		cmocka_unit_test(what_is_unsteady_is_not_drawn_as_a_value),
		cmocka_unit_test(what_is_missing_is_said),
		cmocka_unit_test(only_what_is_unsteady),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
