// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Command lines: what is taken, and that all else ends the program, which says why. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/arguments.h"
#include "taken_output.h"
#include "unit.h"

enum { BAD = 42, GOOD = 7, MANY = 100000 };

/* Runs it in a process of its own, which exits; returns what that said. */
static char *said_by(void (*run)(const void *), const void *of, int *status)
{
	struct taken_output t;
	pid_t child;

	take_output(&t, stderr);
	child = fork();
	assert_true(child >= 0);
	if (!child) {
		arguments_bad_status = BAD;
		run(of);
		_exit(GOOD);
	}
	assert_int_equal(waitpid(child, status, 0), child);
	assert_true(WIFEXITED(*status));
	*status = WEXITSTATUS(*status);
	return taken_text(&t);
}

static void check_refused(void (*run)(const void *), const void *of, const char *option)
{
	int status;
	char *said = said_by(run, of, &status);

	if (status != BAD)
		fail_msg("%s: status %d, and '%s'", option, status, said);
	assert_non_null(strstr(said, option));
	free(said);
}

static void parse_seconds(const void *text)
{
	arguments_seconds("seconds", text, 0.05, 3600);
}

static void parse_number(const void *text)
{
	arguments_number("number", text, 1, 1000);
}

static void parse_any_number(const void *text)
{
	arguments_number("number", text, 0, UINT64_MAX);
}

static void parse_size(const void *text)
{
	arguments_size("size", text, 4096, (u64)1 << 40);
}

static void bad_ones_are_refused(void **state)
{
	static const char *const seconds[] = {"",      " ",   "x",   "1x",  "1 ",  "-1",
					      "0.04",  "0",   "nan", "inf", "1e9", "3600.001",
					      "1e999", "1,5", "--",  "1s"};
	static const char *const numbers[] = {
		"",    "x",  "0",  "1001", "-1",  "-18446744073709551615", "18446744073709551617",
		"1.0", "1 ", "5k", "1e2",  "0x10"};
	static const char *const sizes[] = {"",
					    "K",
					    "4095",
					    "3K",
					    "4KB",
					    "4 K",
					    "4KK",
					    "-4K",
					    "4.5K",
					    "1025G",
					    "99999999999999999999",
					    "18014398509481984G",
					    "17179869185G",
					    "4T",
					    "4096x"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(seconds); i++)
		check_refused(parse_seconds, seconds[i], "--seconds");
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++)
		check_refused(parse_number, numbers[i], "--number");
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++)
		check_refused(parse_size, sizes[i], "--size");
	/* Not even where what it would be taken for is allowed. */
	check_refused(parse_any_number, "-1", "--number");
	check_refused(parse_any_number, "18446744073709551616", "--number");
}

static void good_ones_are_taken(void **state)
{
	(void)state;
	assert_int_equal(arguments_number("n", "1", 1, 1000), 1);
	assert_int_equal(arguments_number("n", "1000", 1, 1000), 1000);
	assert_int_equal(arguments_number("n", "010", 1, 1000), 10);
	assert_int_equal(arguments_number("n", "18446744073709551615", 0, UINT64_MAX), UINT64_MAX);
	assert_int_equal(arguments_size("s", "4096", 4096, 1 << 20), 4096);
	assert_int_equal(arguments_size("s", "4k", 4096, 1 << 20), 4096);
	assert_int_equal(arguments_size("s", "1024K", 4096, 1 << 20), 1 << 20);
	assert_int_equal(arguments_size("s", "1m", 4096, 1 << 20), 1 << 20);
	assert_int_equal(arguments_size("s", "3G", 0, (u64)1 << 40), (u64)3 << 30);
	assert_int_equal(arguments_size("s", "0G", 0, (u64)1 << 40), 0);
	assert_int_equal(arguments_seconds("s", "0.05", 0.05, 3600), 50000000);
	assert_int_equal(arguments_seconds("s", "3600", 0.05, 3600), 3600000000000);
	assert_int_equal(arguments_seconds("s", "1e1", 0.05, 3600), 10000000000);
}

static void seconds_are_exact(void **state)
{
	(void)state;
	for (u64 ms = 50; ms < MANY; ms++) {
		char text[32];
		u64 ns;

		snprintf(text, sizeof(text), "%u.%03u", (u32)(ms / 1000), (u32)(ms % 1000));
		ns = arguments_seconds("s", text, 0.05, 3600);
		assert_int_equal(ns, ms * 1000000);
	}
}

/* Of an option and its value, as a program has them. */
static error_t take(int key, char *arg, struct argp_state *state)
{
	int *sum = state->input;

	if (key == ARGP_KEY_INIT)
		*sum = 0;
	else if (key == 'n')
		*sum += atoi(arg);
	else if (key == 'v')
		*sum += 1000;
	else
		return ARGP_ERR_UNKNOWN;
	return 0;
}

static const struct argp_option options[] = {
	{"number", 'n', "N", 0, "", 0},
	{"verbose", 'v', NULL, 0, "", 0},
	{0},
};
static const struct argp argp = {.options = options, .parser = take};

static void parse_line(const void *words)
{
	int sum;

	arguments_parse(&argp, 4, (char **)(uintptr_t)words, &sum);
}

static void bad_options_are_named(void **state)
{
	/* The parser moves what is no option to the end. */
	static struct {
		char *argv[5];
		const char *said;
	} lines[] = {
		{{"prog", "-n", "1", "--nosuch"}, "'--nosuch'"},
		{{"prog", "--nosuch", "-n", "1"}, "'--nosuch'"},
		{{"prog", "-v", "-v", "-n"}, "requires an argument -- 'n'"},
		{{"prog", "-v", "-q", "-v"}, "'q'"},
		{{"prog", "-v", "--verbose=1", "-v"}, "'--verbose'"},
		{{"prog", "-v", "stray", "-v"}, "prog: "},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
		check_refused(parse_line, lines[i].argv, lines[i].said);
}

static void good_options_are_taken(void **state)
{
	char *argv[] = {"prog", "-n", "3", "--number=4", "-vn5", NULL};
	int sum = -1;

	(void)state;
	arguments_parse(&argp, 5, argv, &sum);
	assert_int_equal(sum, 1012);
	arguments_parse(&argp, 1, argv, &sum);
	assert_int_equal(sum, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bad_ones_are_refused),	  cmocka_unit_test(good_ones_are_taken),
		cmocka_unit_test(seconds_are_exact),	  cmocka_unit_test(bad_options_are_named),
		cmocka_unit_test(good_options_are_taken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
