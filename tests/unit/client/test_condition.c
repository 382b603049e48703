// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Conditions: what is taken and for what, what is refused and why, and when they are true. */
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "trigger/condition.h"
#include "unit.h"

#define SEC 1000000000ULL

static char message[CONDITION_MESSAGE_LEN];

static void check_equal(const struct condition *c, const struct condition *e, const char *text)
{
	assert_int_equal(c->figure, e->figure);
	assert_true(c->quantile == e->quantile);
	if (c->figure == FIGURE_COST)
		assert_string_equal(c->application, e->application);
	else
		assert_null(c->application);
	if (c->figure != FIGURE_COST)
		assert_int_equal(c->kind, e->kind);
	assert_int_equal(c->below, e->below);
	if (fabs(c->value - e->value) > e->value * 1e-12)
		fail_msg("%s: %.17g", text, c->value);
	assert_int_equal(c->hold_ns, e->hold_ns);
	assert_true(isnan(c->last_figure));
	assert_int_equal(c->true_since_ns, 0);
	assert_int_equal(c->saved_ns, 0);
}

#define QUANTILE(q, k, b, v, h)                                                                    \
	{                                                                                          \
		.figure = FIGURE_QUANTILE, .quantile = q, .kind = k, .below = b, .value = v,       \
		.hold_ns = h                                                                       \
	}
#define RATE(k, b, v, h)                                                                           \
	{                                                                                          \
		.figure = FIGURE_RATE, .kind = k, .below = b, .value = v, .hold_ns = h             \
	}
#define COST(a, b, v, h)                                                                           \
	{                                                                                          \
		.figure = FIGURE_COST, .application = a, .below = b, .value = v, .hold_ns = h      \
	}

static void good_ones_are_taken(void **state)
{
	static const struct {
		const char *text;
		struct condition c;
	} cases[] = {
		{"p99 process > 20us for 10s", QUANTILE(0.99, KIND_PROCESS, false, 20e3, 10 * SEC)},
		{"p50 thread < 500ns", QUANTILE(0.5, KIND_THREAD, true, 500, 0)},
		{"p90 kthread>1ms", QUANTILE(0.9, KIND_KTHREAD, false, 1e6, 0)},
		{"p999 idle > 0.5s for 1ns", QUANTILE(0.999, KIND_IDLE, false, 0.5e9, 1)},
		{"p999 idle > 0ns for 0s", QUANTILE(0.999, KIND_IDLE, false, 0, 0)},
		{"mean thread > 2.5 us for 250 ms",
		 {.figure = FIGURE_MEAN, .kind = KIND_THREAD, .value = 2500, .hold_ns = SEC / 4}},
		{"rate > 50k", RATE(-1, false, 50e3, 0)},
		{"rate<1", RATE(-1, true, 1, 0)},
		{"rate process > 1.5M for 2s", RATE(KIND_PROCESS, false, 1.5e6, 2 * SEC)},
		{"  rate   idle   >   7   for   3s  ", RATE(KIND_IDLE, false, 7, 3 * SEC)},
		{"\trate > 1e3\n", RATE(-1, false, 1000, 0)},
		{"cost nginx.service > 2.5%", COST("nginx.service", false, 0.025, 0)},
		{"cost nginx.service > 2.5 % for 5s", COST("nginx.service", false, 0.025, 5 * SEC)},
		{"cost my app for all < 100%", COST("my app for all", true, 1, 0)},
		/* The last comparison is the one. */
		{"cost a > b < c > 1%", COST("a > b < c", false, 0.01, 0)},
		{"cost > > 1%", COST(">", false, 0.01, 0)},
		{"cost p99 > 1%", COST("p99", false, 0.01, 0)},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct condition c;

		if (!condition_parse(&c, cases[i].text, message))
			fail_msg("%s: %s", cases[i].text, message);
		check_equal(&c, &cases[i].c, cases[i].text);
		/* As it was given, but for the ends. */
		assert_non_null(strstr(cases[i].text, c.text));
		assert_false(strchr(" \t\n", c.text[0]) ||
			     strchr(" \t\n", c.text[strlen(c.text) - 1]));
		condition_release(&c);
		assert_null(c.text);
	}
}

/* Each message says what is wrong. */
static void bad_ones_are_refused(void **state)
{
	static const struct {
		const char *text, *says;
	} cases[] = {
		{"", "no comparison"},
		{"   ", "no comparison"},
		{"p99 process 20us", "no comparison"},
		{"p99 process = 20us", "no comparison"},
		{"> 20us", "'' is no figure"},
		{"p98 process > 20us", "'p98 process' is no figure"},
		{"p process > 20us", "is no figure"},
		{"p9 process > 20us", "is no figure"},
		{"p9999 process > 20us", "is no figure"},
		{"P99 process > 20us", "is no figure"},
		{"processp99 > 20us", "is no figure"},
		{"p99 > 20us", "'' is no kind"},
		{"mean > 20us", "'' is no kind"},
		{"p99 processes > 20us", "'processes' is no kind"},
		{"p99 thread process > 20us", "'thread process' is no kind"},
		{"rate all > 5", "'all' is no kind"},
		{"p99 process >= 20us", "'= 20us' is not a time"},
		{"p99 process > 20us > 30us", "'process > 20us' is no kind"},
		{"cost > 5%", "application is missing"},
		{"cost  > 5%", "application is missing"},
		{"p99 process >", "'' is not a time"},
		{"p99 process > 20", "'20' is not a time"},
		{"p99 process > us", "'us' is not a time"},
		{"p99 process > 20 u s", "is not a time"},
		{"p99 process > 20usx", "is not a time"},
		{"p99 process > -20us", "is not a time"},
		{"p99 process > nan", "is not a time"},
		{"p99 process > infs", "is not a time"},
		{"p99 process > 1e999ns", "is not a time"},
		{"p99 process > 1e300s", "is not a time"},
		{"p99 process > 1e-999ns", "is not a time"},
		{"p99 process > 0x10ns", "is not a time"},
		{"p99 process > 50k", "is not a time"},
		{"p99 process > 5%", "is not a time"},
		{"rate > 20us", "is not switches per second"},
		{"rate > 5%", "is not switches per second"},
		{"rate > 5K", "is not switches per second"},
		{"rate > 0X10", "is not switches per second"},
		{"rate >", "is not switches per second"},
		{"cost x > 5", "is not a share"},
		{"cost x > 20us", "is not a share"},
		{"rate > 5 for", "'5 for' is not switches"},
		{"rate > 5 for ", "'5 for' is not switches"},
		{"rate > for 5s", "'for 5s' is not switches"},
		{"rate > 5 for x", "for: 'x' is no time"},
		{"rate > 5 for 5", "for: '5' is no time"},
		{"rate > 5 for -5s", "for: '-5s' is no time"},
		{"rate > 5 for 5s for 5s", "for: '5s for 5s' is no time"},
		{"rate > 5 for 1e10s", "is no time"},
		{"rate > 5 for 1e300s", "is no time"},
		{"rate > 5 for 5s x", "is no time"},
		{"rate > 5 5s", "is not switches"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct condition c;

		message[0] = '\0';
		if (condition_parse(&c, cases[i].text, message))
			fail_msg("taken: %s", cases[i].text);
		if (!strstr(message, cases[i].says))
			fail_msg("%s: %s", cases[i].text, message);
		/* There is nothing left to release. */
		assert_null(c.text);
		assert_null(c.application);
	}
}

static void long_texts_are_refused_in_short(void **state)
{
	enum { LONG = 10000 };
	static char text[LONG + 16];
	struct condition c;

	(void)state;
	memset(text, 'x', LONG);
	strcpy(text + LONG, " > 5%");
	assert_false(condition_parse(&c, text, message));
	assert_true(strlen(message) < CONDITION_MESSAGE_LEN - 1);
	memcpy(text, "cost ", strlen("cost "));
	assert_true(condition_parse(&c, text, message));
	assert_int_equal(strlen(c.application), LONG - strlen("cost "));
	condition_release(&c);
}

/* It is printed, in messages and for a command: no escape sequence comes out of it. */
static void text_is_harmless(void **state)
{
	struct condition c;

	(void)state;
	assert_true(condition_parse(&c, "cost \x1b[31mx\xff > 5%", message));
	assert_string_equal(c.text, "cost ?[31mx? > 5%");
	/* But it is asked for by its own name. */
	assert_string_equal(c.application, "\x1b[31mx\xff");
	condition_release(&c);
}

static struct condition parsed(const char *text)
{
	struct condition c;

	if (!condition_parse(&c, text, message))
		fail_msg("%s: %s", text, message);
	return c;
}

/* Equal is neither more nor less. */
static void compares_strictly(void **state)
{
	struct condition more = parsed("rate > 100"), less = parsed("rate < 100");

	(void)state;
	assert_false(condition_update(&more, 100, 10 * SEC, SEC));
	assert_false(condition_update(&less, 100, 10 * SEC, SEC));
	assert_true(condition_update(&more, nextafter(100, 200), 11 * SEC, SEC));
	assert_true(condition_update(&less, nextafter(100, 0), 11 * SEC, SEC));
	assert_false(condition_update(&more, 0, 12 * SEC, SEC));
	assert_false(condition_update(&less, INFINITY, 12 * SEC, SEC));
	assert_true(condition_update(&more, INFINITY, 13 * SEC, SEC));
	assert_true(condition_update(&less, 0, 13 * SEC, SEC));
	/* What did not happen was neither. */
	assert_false(condition_update(&more, NAN, 14 * SEC, SEC));
	assert_false(condition_update(&less, NAN, 14 * SEC, SEC));
	assert_true(isnan(more.last_figure));
	condition_release(&more);
	condition_release(&less);
}

/* The interval that ends now counts as well, as a whole. */
static void holds_from_the_beginning_of_an_interval(void **state)
{
	struct condition c = parsed("rate > 1 for 3s");

	(void)state;
	assert_false(condition_update(&c, 2, 100 * SEC, SEC));
	assert_int_equal(c.true_since_ns, 99 * SEC);
	assert_false(condition_update(&c, 2, 101 * SEC, SEC));
	assert_true(condition_update(&c, 2, 102 * SEC, SEC));
	assert_true(condition_update(&c, 2, 103 * SEC, SEC));
	assert_false(condition_update(&c, 1, 104 * SEC, SEC));
	assert_false(condition_update(&c, 2, 105 * SEC, SEC));
	assert_false(condition_update(&c, NAN, 106 * SEC, SEC));
	assert_false(condition_update(&c, 2, 107 * SEC, SEC));
	assert_true(condition_update(&c, 2, 109 * SEC, SEC));
	/* One interval may be long enough by itself. */
	assert_false(condition_update(&c, 0, 110 * SEC, SEC));
	assert_true(condition_update(&c, 2, 113 * SEC, 3 * SEC));
	assert_false(condition_update(&c, 0, 114 * SEC, SEC));
	assert_false(condition_update(&c, 2, 117 * SEC, 3 * SEC - 1));
	condition_release(&c);
	/* A host that has just started has no time before its start. */
	c = parsed("rate > 1 for 3s");
	assert_false(condition_update(&c, 2, SEC, 5 * SEC));
	assert_int_equal(c.true_since_ns, 1);
	condition_release(&c);
}

/* Against the intervals, looked through backwards each time. */
static void agrees_with_looking_back(void **state)
{
	enum { INTERVALS = 20000 };
	static bool was_true[INTERVALS];
	static u64 begin_ns[INTERVALS];
	struct condition c = parsed("rate < 4 for 10s");
	u64 now_ns = 1000 * SEC;
	uint64_t random = 1;

	(void)state;
	for (int i = 0; i < INTERVALS; i++) {
		u64 interval_ns = SEC + next_random(&random) % SEC;
		double figure = next_random(&random) % 16 ? 3.9 : (i % 2 ? 4 : (double)NAN);
		int first = i;

		begin_ns[i] = now_ns;
		was_true[i] = figure < 4;
		now_ns += interval_ns;
		while (first > 0 && was_true[first - 1])
			first--;
		assert_int_equal(condition_update(&c, figure, now_ns, interval_ns),
				 was_true[i] && now_ns - begin_ns[first] >= 10 * SEC);
	}
	condition_release(&c);
}

static void figures_are_told_in_their_units(void **state)
{
	static const struct {
		const char *text;
		double figure;
		const char *told;
	} cases[] = {
		{"p99 process > 20us", 20500, "20.5 us"},
		{"mean idle > 20us", 0, "0 ns"},
		{"rate > 50k", 51234, "51.2k/s"},
		{"rate > 1", 0.5, "0.50/s"},
		{"cost x > 5%", 0.051, "5.1 % of a CPU"},
		{"cost x > 5%", 12, "1.2e+03 % of a CPU"},
		{"cost x > 5%", NAN, "-"},
		{"rate > 1", NAN, "-"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct condition c = parsed(cases[i].text);
		char buf[CONDITION_VALUE_LEN];

		assert_ptr_equal(condition_format(buf, &c, cases[i].figure), buf);
		assert_string_equal(buf, cases[i].told);
		condition_release(&c);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_ones_are_taken),
		cmocka_unit_test(bad_ones_are_refused),
		cmocka_unit_test(long_texts_are_refused_in_short),
		cmocka_unit_test(text_is_harmless),
		cmocka_unit_test(compares_strictly),
		cmocka_unit_test(holds_from_the_beginning_of_an_interval),
		cmocka_unit_test(agrees_with_looking_back),
		cmocka_unit_test(figures_are_told_in_their_units),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
