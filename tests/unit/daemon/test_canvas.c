// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A canvas on which everything is written down: no line is too wide, and none too many. */
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "common/text.h"
#include "outputs/canvas.h"
#include "unit.h"

enum { MOST_LINES = 64, LINE = 2048, ROUNDS = 3000 };

struct paper {
	char lines[MOST_LINES][LINE];
	enum style last_style;
	int n; /* lines that have ended */
};

static void write_text(void *sink, enum style style, const char *utf8)
{
	struct paper *p = sink;

	assert_true(*utf8);
	assert_true(p->n < MOST_LINES);
	assert_true(strlen(p->lines[p->n]) + strlen(utf8) < LINE);
	strcat(p->lines[p->n], utf8);
	p->last_style = style;
}

static void end_line(void *sink)
{
	struct paper *p = sink;

	p->n++;
}

static struct canvas canvas_on(struct paper *p, int width, int height)
{
	memset(p, 0, sizeof(*p));
	return (struct canvas){.width = width,
			       .height = height,
			       .text = write_text,
			       .end_line = end_line,
			       .sink = p};
}

static void text_is_cut_at_the_right_edge(void **state)
{
	static struct paper p;
	struct canvas c = canvas_on(&p, 10, 0);

	(void)state;
	canvas_print(&c, STYLE_HEADING, "%s %d", "abc", 42);
	assert_string_equal(p.lines[0], "abc 42");
	assert_int_equal(p.last_style, STYLE_HEADING);
	canvas_print(&c, STYLE_DIM, "123456");
	assert_string_equal(p.lines[0], "abc 421234");
	/* Nothing more fits; not even its style is set. */
	canvas_print(&c, STYLE_WARNING, "x");
	assert_string_equal(p.lines[0], "abc 421234");
	assert_int_equal(p.last_style, STYLE_DIM);
	canvas_end_line(&c);
	canvas_print(&c, STYLE_PLAIN, "x");
	assert_string_equal(p.lines[1], "x");
	assert_int_equal(canvas_lines_left(&c), INT_MAX);
}

/* A character that takes two columns is not cut in two. */
static void wide_characters_are_left_out_whole(void **state)
{
	static struct paper p;
	struct canvas c = canvas_on(&p, 5, 0);

	(void)state;
	canvas_print(&c, STYLE_PLAIN, "\xe6\xbc\xa2\xe6\xbc\xa2\xe6\xbc\xa2");
	assert_string_equal(p.lines[0], "\xe6\xbc\xa2\xe6\xbc\xa2");
	canvas_print(&c, STYLE_PLAIN, "\xe6\xbc\xa2");
	canvas_print(&c, STYLE_PLAIN, "ab");
	assert_string_equal(p.lines[0], "\xe6\xbc\xa2\xe6\xbc\xa2"
					"a");
}

static void fields_have_their_width(void **state)
{
	static struct paper p;
	struct canvas c = canvas_on(&p, 12, 0);

	(void)state;
	canvas_print_field(&c, STYLE_THREAD, "ab", 4);
	canvas_print_field(&c, STYLE_THREAD, "abcdef", 4);
	canvas_print_field(&c, STYLE_THREAD, "x", 0);
	canvas_print(&c, STYLE_PLAIN, "|");
	assert_string_equal(p.lines[0], "ab  abcd|");
	canvas_end_line(&c);
	/* Half a character is a space. */
	canvas_print_field(&c, STYLE_THREAD, "\xe6\xbc\xa2\xe6\xbc\xa2", 3);
	canvas_print_field(&c, STYLE_THREAD, "", 2);
	canvas_print(&c, STYLE_PLAIN, "|");
	assert_string_equal(p.lines[1], "\xe6\xbc\xa2   |");
	canvas_end_line(&c);
	canvas_print_field(&c, STYLE_THREAD, "ab", 100);
	assert_string_equal(p.lines[2], "ab          ");
	canvas_print_field(&c, STYLE_THREAD, "ab", 100);
	assert_string_equal(p.lines[2], "ab          ");
}

static void lines_below_the_height_are_left_out(void **state)
{
	static struct paper p;
	struct canvas c = canvas_on(&p, 80, 3);

	(void)state;
	for (int i = 0; i < 10; i++) {
		assert_int_equal(canvas_lines_left(&c), 3 - i);
		canvas_print(&c, STYLE_PLAIN, "line %d", i);
		canvas_end_line(&c);
	}
	assert_int_equal(p.n, 3);
	assert_string_equal(p.lines[2], "line 2");
	assert_string_equal(p.lines[3], "");
}

/* Of anything, however narrow: also of no width at all. */
static void no_line_is_ever_too_wide(void **state)
{
	static const char *const texts[] = {"",
					    "a",
					    "abc",
					    "\xc3\xbc",
					    "\xe6\xbc\xa2",
					    "\xe6\xbc\xa2x",
					    "\xff",
					    "12345678901234"};
	static struct paper p;
	uint64_t random = 1;

	(void)state;
	for (int round = 0; round < ROUNDS; round++) {
		int width = (int)(next_random(&random) % 30),
		    height = (int)(next_random(&random) % 8);
		struct canvas c = canvas_on(&p, width, height);

		for (int i = 0; i < 40; i++) {
			uint64_t r = next_random(&random);
			const char *text = texts[(r >> 8) % ARRAY_SIZE(texts)];

			if (r % 4 == 0)
				canvas_end_line(&c);
			else if (r % 4 == 1)
				canvas_print_field(&c, STYLE_DIM, text, (int)((r >> 16) % 20));
			else
				canvas_print(&c, STYLE_DIM, "%s", text);
		}
		assert_true(!height || p.n <= height);
		for (int i = 0; i <= p.n; i++)
			assert_true((int)text_columns(p.lines[i]) <= width);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_is_cut_at_the_right_edge),
		cmocka_unit_test(wide_characters_are_left_out_whole),
		cmocka_unit_test(fields_have_their_width),
		cmocka_unit_test(lines_below_the_height_are_left_out),
		cmocka_unit_test(no_line_is_ever_too_wide),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
