// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "common/text.h"
#include "unit.h"

enum { COMM_BYTES = 15 };

static const struct {
	const char *in, *out;
	size_t columns;
} names[] = {
	{"bash", "bash", 4},
	{"a b", "a b", 3},
	{"", "(empty)", 7},
	{"(empty)", "\\x28empty)", 10},
	{"(empty)x", "(empty)x", 8},
	{"\\", "\\\\", 2},
	{"\\x41", "\\\\x41", 5},
	{"say \"hi\"", "say \"hi\"", 8},
	{"a\nb", "a\\x0ab", 6},
	{"\x1b[31m", "\\x1b[31m", 8},
	{"\x7f", "\\x7f", 4},
	{"\xff", "\\xff", 4},
	{"b\xc3\xa4r", "b\xc3\xa4r", 3},
	{"\xe6\x97\xa5\xe6\x9c\xac", "\xe6\x97\xa5\xe6\x9c\xac", 4},
	{"\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80", 2},
	/* Characters that are cut off, overlong, a surrogate, past the last one. */
	{"a\xc3", "a\\xc3", 5},
	{"\xe6\x97x", "\\xe6\\x97x", 9},
	{"\xc0\xaf", "\\xc0\\xaf", 8},
	{"\xed\xa0\x80", "\\xed\\xa0\\x80", 12},
	{"\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80", 16},
	/* A C1 control, a combining accent, a zero-width space, a right-to-left override. */
	{"\xc2\x9b", "\\xc2\\x9b", 8},
	{"e\xcc\x81", "e\\xcc\\x81", 9},
	{"\xe2\x80\x8b", "\\xe2\\x80\\x8b", 12},
	{"\xe2\x80\xae", "\\xe2\\x80\\xae", 12},
	/* A soft hyphen, which takes a column in some places and none in others. */
	{"\xc2\xad", "\\xc2\\xad", 8},
};

static void names_become_printable(void **state)
{
	char out[NAME_LEN];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		assert_ptr_equal(name_escape(out, sizeof(out), names[i].in, COMM_BYTES), out);
		assert_string_equal(out, names[i].out);
		assert_int_equal(text_columns(out), names[i].columns);
	}
}

static void length_ends_a_name(void **state)
{
	char out[NAME_LEN];

	(void)state;
	assert_string_equal(name_escape(out, sizeof(out), "abc\0def", 7), "abc");
	assert_string_equal(name_escape(out, sizeof(out), "abcdef", 3), "abc");
	assert_string_equal(name_escape(out, sizeof(out), "abc", 0), "(empty)");
	/* Cut by the kernel's 15 bytes in the middle of a character. */
	assert_string_equal(name_escape(out, sizeof(out), "12345678901234\xc3\xa4", COMM_BYTES),
			    "12345678901234\\xc3");
}

/* Bytes of the UTF-8 character at s, 0: none. Written from the standard's table 3-7. */
static size_t utf8_character(const unsigned char *s)
{
	static const struct {
		unsigned char first_low, first_high, second_low, second_high, more;
	} rows[] = {
		{0x00, 0x7f, 0, 0, 0},	     {0xc2, 0xdf, 0x80, 0xbf, 1},
		{0xe0, 0xe0, 0xa0, 0xbf, 2}, {0xe1, 0xec, 0x80, 0xbf, 2},
		{0xed, 0xed, 0x80, 0x9f, 2}, {0xee, 0xef, 0x80, 0xbf, 2},
		{0xf0, 0xf0, 0x90, 0xbf, 3}, {0xf1, 0xf3, 0x80, 0xbf, 3},
		{0xf4, 0xf4, 0x80, 0x8f, 3},
	};

	for (size_t r = 0; r < ARRAY_SIZE(rows); r++) {
		if (s[0] < rows[r].first_low || s[0] > rows[r].first_high)
			continue;
		if (!rows[r].more)
			return 1;
		if (s[1] < rows[r].second_low || s[1] > rows[r].second_high)
			return 0;
		for (int i = 2; i <= rows[r].more; i++)
			if (s[i] < 0x80 || s[i] > 0xbf)
				return 0;
		return rows[r].more + 1u;
	}
	return 0;
}

static void assert_harmless(const char *text)
{
	const unsigned char *s = (const unsigned char *)text;
	size_t n;

	for (; *s; s += n) {
		n = utf8_character(s);
		assert_int_not_equal(n, 0);
		assert_false(s[0] < 0x20 || s[0] == 0x7f);
		/* U+0080 .. U+009F: controls as well. */
		assert_false(s[0] == 0xc2 && s[1] < 0xa0);
	}
}

/* The inverse of escaping; what it cannot read was cut. false: cut. */
static bool unescape(char *out, const char *text)
{
	unsigned int byte;
	size_t n;

	for (; *text; text += n) {
		n = 1;
		if (*text != '\\') {
			*out++ = *text;
		} else if (text[1] == '\\') {
			*out++ = '\\';
			n = 2;
		} else if (text[1] == 'x' && sscanf(text + 2, "%2x", &byte) == 1 && text[3]) {
			*out++ = (char)byte;
			n = 4;
		} else {
			return false;
		}
	}
	*out = '\0';
	return true;
}

static void random_name(char name[COMM_BYTES + 1], uint64_t *random)
{
	size_t len = 1 + next_random(random) % COMM_BYTES;

	memset(name, 0, COMM_BYTES + 1);
	for (size_t i = 0; i < len; i++)
		/* Mostly bytes that mean something, and some that do not. */
		name[i] = next_random(random) % 2
				  ? "\\x0af\"\xc3\xa4\xe6\x97\xa5\xf0\x9f"[next_random(random) % 13]
				  : (char)next_random(random);
	if (!name[0])
		name[0] = 'x';
	for (size_t i = 0; i < len; i++)
		if (!name[i])
			name[i] = '\x01';
}

/* What can be turned back is distinct, and complete. */
static void any_bytes_become_harmless_and_stay_distinct(void **state)
{
	char name[COMM_BYTES + 1], out[NAME_LEN], back[NAME_LEN];
	uint64_t random = 5;

	(void)state;
	for (int i = 0; i < 100000; i++) {
		random_name(name, &random);
		name_escape(out, sizeof(out), name, COMM_BYTES);
		assert_harmless(out);
		assert_true(unescape(back, out));
		assert_string_equal(back, name);
	}
}

static void no_name_stands_for_the_empty_one(void **state)
{
	char empty[NAME_LEN], literal[NAME_LEN];

	(void)state;
	name_escape(empty, sizeof(empty), "", COMM_BYTES);
	name_escape(literal, sizeof(literal), "(empty)", COMM_BYTES);
	assert_string_not_equal(empty, literal);
}

static void too_little_room_cuts_between_characters(void **state)
{
	char name[COMM_BYTES + 1], full[NAME_LEN], out[NAME_LEN], back[NAME_LEN];
	uint64_t random = 6;

	(void)state;
	for (int i = 0; i < 2000; i++) {
		random_name(name, &random);
		name_escape(full, sizeof(full), name, COMM_BYTES);
		for (size_t size = 1; size <= strlen(full) + 1; size++) {
			memset(out, '#', sizeof(out));
			name_escape(out, size, name, COMM_BYTES);
			assert_true(strnlen(out, size) < size);
			for (size_t after = size; after < sizeof(out); after++)
				assert_int_equal(out[after], '#');
			assert_memory_equal(out, full, strlen(out));
			assert_harmless(out);
			assert_true(unescape(back, out));
			/* A piece is at most four bytes. */
			assert_true(strlen(out) + 4 >= size || !strcmp(out, full));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_become_printable),
		cmocka_unit_test(length_ends_a_name),
		cmocka_unit_test(any_bytes_become_harmless_and_stay_distinct),
		cmocka_unit_test(no_name_stands_for_the_empty_one),
		cmocka_unit_test(too_little_room_cuts_between_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
