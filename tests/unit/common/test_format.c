// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Numbers for people: what is read back from the text is the number, to three digits. */
#include <ctype.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/format.h"
#include "record.h"
#include "unit.h"

enum { MANY = 100000 };

typedef char *(*format_fn)(char out[FORMAT_LEN], double v);

struct expected {
	double value;
	const char *text;
};

static void check_table(format_fn format, const struct expected *e, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char out[FORMAT_LEN];

		assert_ptr_equal(format(out, e[i].value), out);
		if (strcmp(out, e[i].text) != 0)
			fail_msg("%.17g: '%s', not '%s'", e[i].value, out, e[i].text);
	}
}

/* On both sides of each change of unit and of precision. */
static void times_at_their_boundaries(void **state)
{
	static const struct expected table[] = {
		{-1, "0 ns"},	       {-1e300, "0 ns"},     {0, "0 ns"},
		{0.4, "0 ns"},	       {1, "1 ns"},	     {9.6, "10 ns"},
		{999, "999 ns"},       {999.499, "999 ns"},  {999.5, "1.00 us"},
		{1000, "1.00 us"},     {1234, "1.23 us"},    {1236, "1.24 us"},
		{9994, "9.99 us"},     {9995, "10.0 us"},    {9999, "10.0 us"},
		{10000, "10.0 us"},    {99940, "99.9 us"},   {99949, "99.9 us"},
		{99950, "100 us"},     {100000, "100 us"},   {999499, "999 us"},
		{999500, "1.00 ms"},   {9.994e6, "9.99 ms"}, {9.995e6, "10.0 ms"},
		{99.949e6, "99.9 ms"}, {99.95e6, "100 ms"},  {999.499e6, "999 ms"},
		{999.5e6, "1.00 s"},   {7.89e9, "7.89 s"},   {9.994e9, "9.99 s"},
		{9.995e9, "10.0 s"},   {99.95e9, "100 s"},   {1e12, "1000 s"},
		{86400e9, "86400 s"},
	};

	(void)state;
	check_table(format_ns, table, ARRAY_SIZE(table));
}

static void counts_at_their_boundaries(void **state)
{
	static const struct expected table[] = {
		{0, "0"},
		{1, "1"},
		{999, "999"},
		{1000, "1000"},
		{9999, "9999"},
		{9999.4, "9999"},
		{9999.5, "10.0k"},
		{10000, "10.0k"},
		{12345, "12.3k"},
		{99949, "99.9k"},
		{99950, "100k"},
		{999499, "999k"},
		{999500, "1.00M"},
		{9.994e6, "9.99M"},
		{9.995e6, "10.0M"},
		{45.6e6, "45.6M"},
		{999.499e6, "999M"},
		{999.5e6, "1.00G"},
		{18446744073709551615.0, "18446744074G"},
	};

	(void)state;
	check_table(format_count, table, ARRAY_SIZE(table));
}

static void rates_have_decimals_below_ten(void **state)
{
	static const struct expected table[] = {
		{0, "0"},	{0.004, "0.00"}, {0.01, "0.01"},    {0.33, "0.33"},   {1, "1.00"},
		{9.99, "9.99"}, {9.994, "9.99"}, {9.995, "10"},	    {9.999, "10"},    {10, "10"},
		{10.4, "10"},	{412, "412"},	 {9999.5, "10.0k"}, {12345, "12.3k"},
	};

	(void)state;
	check_table(format_rate, table, ARRAY_SIZE(table));
}

static void bytes_at_their_boundaries(void **state)
{
	static const struct expected table[] = {
		{-1, "0 B"},
		{0, "0 B"},
		{1023, "1023 B"},
		{1024, "1.00 KiB"},
		{4096, "4.00 KiB"},
		{12595, "12.3 KiB"},
		{1023.4 * 1024, "1023 KiB"},
		{1023.5 * 1024, "1.00 MiB"},
		{104857600, "100 MiB"},
		{1023.4 * (1 << 20), "1023 MiB"},
		{1 << 30, "1.00 GiB"},
		{3e12, "2794 GiB"},
	};

	(void)state;
	check_table(format_bytes, table, ARRAY_SIZE(table));
}

static void uptimes_at_their_boundaries(void **state)
{
	static const struct expected table[] = {
		{-1, "0 s"},
		{0, "0 s"},
		{0.999, "0 s"},
		{59.999, "59 s"},
		{60, "1 min 0 s"},
		{184, "3 min 4 s"},
		{3599.9, "59 min 59 s"},
		{3600, "1 h 0 min"},
		{5 * 3600 + 6 * 60 + 59, "5 h 6 min"},
		{86399, "23 h 59 min"},
		{86400, "1 d 0 h"},
		{7 * 86400 + 8 * 3600 + 3599, "7 d 8 h"},
		{86400e4 - 1, "9999 d 23 h"},
	};

	(void)state;
	check_table(format_uptime, table, ARRAY_SIZE(table));
}

/* The number that a text stands for, and how many digits it has. */
static double read_back(const char *text, int *digits)
{
	static const struct {
		const char *unit;
		double factor;
	} units[] = {{"", 1},	  {" ns", 1},	     {" us", 1e3},	{" ms", 1e6},
		     {" s", 1e9}, {"k", 1e3},	     {"M", 1e6},	{"G", 1e9},
		     {" B", 1},	  {" KiB", 1 << 10}, {" MiB", 1 << 20}, {" GiB", 1 << 30}};
	char *end;
	double v = strtod(text, &end);

	*digits = 0;
	for (const char *c = text; c < end; c++)
		*digits += isdigit((unsigned char)*c) != 0;
	for (size_t i = 0; i < ARRAY_SIZE(units); i++)
		if (!strcmp(end, units[i].unit))
			return v * units[i].factor;
	fail_msg("'%s' has no unit that is known", text);
	return NAN;
}

/* Numbers of all sizes, and those next to them, below what has a unit for it. */
static double pick(uint64_t *random)
{
	static const double edges[] = {9.995, 99.95, 999.5, 1000};
	double scale = pow(10, (double)(next_random(random) % 9));
	double v = next_random(random) % 2 ? edges[next_random(random) % ARRAY_SIZE(edges)]
					   : (double)(next_random(random) >> 11) * 0x1p-53 * 1000;

	v *= scale;
	switch (next_random(random) % 3) {
	case 0:
		return nextafter(v, 0);
	case 1:
		return nextafter(v, INFINITY);
	default:
		return v;
	}
}

static void check_read_back(format_fn format, double v, double exact_below)
{
	char out[FORMAT_LEN];
	int digits;
	double back = read_back(format(out, v), &digits);
	/* Half of the third digit, or of a unit of what is whole. */
	double most = v < exact_below ? 0.5 : pow(10, floor(log10(v)) - 2) / 2;

	if (fabs(back - v) > most * (1 + 1e-6))
		fail_msg("%.17g: '%s'", v, out);
	if (v >= exact_below && v < 999e9)
		assert_int_equal(digits, 3);
	assert_true(strlen(out) <= 7);
}

static void texts_say_the_number(void **state)
{
	uint64_t random = 1;

	(void)state;
	for (int i = 0; i < MANY; i++) {
		double v = pick(&random);

		check_read_back(format_ns, v, 999.5);
		check_read_back(format_count, v, 9999.5);
		if (v >= 10)
			check_read_back(format_rate, v, 9999.5);
	}
}

/* A list that is sorted by a number reads as sorted. */
static void larger_numbers_never_read_smaller(void **state)
{
	static const format_fn formats[] = {format_ns, format_count, format_rate, format_bytes};

	(void)state;
	for (size_t f = 0; f < ARRAY_SIZE(formats); f++) {
		double before = 0;

		for (double v = 0.1; v < 1e12; v *= 1.0007) {
			char out[FORMAT_LEN];
			int digits;
			double now = read_back(formats[f](out, v), &digits);

			assert_true(now >= before);
			before = now;
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(times_at_their_boundaries),
		cmocka_unit_test(counts_at_their_boundaries),
		cmocka_unit_test(rates_have_decimals_below_ten),
		cmocka_unit_test(bytes_at_their_boundaries),
		cmocka_unit_test(uptimes_at_their_boundaries),
		cmocka_unit_test(texts_say_the_number),
		cmocka_unit_test(larger_numbers_never_read_smaller),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
