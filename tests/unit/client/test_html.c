// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Names of anybody's in a page are text, whatever they are. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "page/html.h"
#include "taken_output.h"
#include "unit.h"

enum { ROUNDS = 500, TEXT = 64 };

static const struct {
	const char *text;
	char c;
} entities[] = {
	{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&#39;", '\''},
};

static char *html_of(const char *text)
{
	struct taken_output t;

	take_output(&t, stdout);
	html_text(text);
	return taken_text(&t);
}

/* The character that it begins with, as a browser reads it; markup fails. */
static char read_one(const char **html)
{
	if (**html != '&') {
		assert_null(strchr("<>\"'", **html));
		return *(*html)++;
	}
	for (size_t i = 0; i < ARRAY_SIZE(entities); i++) {
		size_t len = strlen(entities[i].text);

		if (strncmp(*html, entities[i].text, len) != 0)
			continue;
		*html += len;
		return entities[i].c;
	}
	fail_msg("no entity: %s", *html);
	return '\0';
}

static void check_text(const char *text)
{
	char *html = html_of(text);
	const char *at = html;

	for (; *text; text++)
		assert_int_equal(read_one(&at), *text);
	assert_int_equal(*at, '\0');
	free(html);
}

static void names_are_no_markup(void **state)
{
	static const char *const names[] = {
		"",
		"postgres",
		"<script>alert(1)</script>",
		"\" onload=\"x",
		"' onload='x",
		"a&b&amp;c&",
		"</svg><svg>",
		"\xc3\xbc\xe2\x82\xac",
		"%s%n\\x1b",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		check_text(names[i]);
}

static void all_text_comes_back(void **state)
{
	static const char letters[] = "<>&\"';#/a \xc3\xbc";
	uint64_t random = 1;

	(void)state;
	for (int round = 0; round < ROUNDS; round++) {
		char text[TEXT];
		size_t len = next_random(&random) % TEXT;

		for (size_t i = 0; i < len; i++)
			text[i] = letters[next_random(&random) % (sizeof(letters) - 1)];
		text[len] = '\0';
		check_text(text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_no_markup),
		cmocka_unit_test(all_text_comes_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
