// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Fields of CSV, read back as RFC 4180 says and as a spreadsheet would take them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/csv.h"
#include "unit.h"

enum { ROUNDS = 20000, TEXT = 16 };

static char *field_of(const char *text)
{
	char *field;
	size_t len;
	FILE *out = open_memstream(&field, &len);

	assert_non_null(out);
	csv_field(out, text);
	fclose(out);
	assert_int_equal(strlen(field), len);
	return field;
}

/* The value of what must be one whole field. */
static char *read_field(const char *field)
{
	char *value = calloc(strlen(field) + 1, 1), *end = value;

	assert_non_null(value);
	if (*field != '"') {
		/* TEXTDATA of RFC 4180. */
		assert_int_equal(strcspn(field, ",\"\r\n"), strlen(field));
		return strcpy(value, field);
	}
	for (field++; *field != '"' || field[1] == '"'; field++) {
		assert_true(*field);
		*end++ = *field;
		field += *field == '"';
	}
	assert_int_equal(field[1], '\0');
	return value;
}

static void check_field(const char *text)
{
	char *field = field_of(text), *value = read_field(field);

	if (*value && strchr("=+-@\t", *value))
		fail_msg("'%s' would be a formula", field);
	/* One ' in front is not of the text. */
	assert_string_equal(value + (*value == '\''), text);
	free(value);
	free(field);
}

static void fields_as_written(void **state)
{
	static const char *const fields[][2] = {
		{"", ""},
		{"a b", "a b"},
		{"a,b", "\"a,b\""},
		{"a\"b", "\"a\"\"b\""},
		{"\"", "\"\"\"\""},
		{"a\nb", "\"a\nb\""},
		{"a\rb", "\"a\rb\""},
		{"=1+1", "'=1+1"},
		{"@x", "'@x"},
		{"'", "''"},
		{"-", "'-"},
		{"=a,\"b\"", "\"'=a,\"\"b\"\"\""},
		{"a=b", "a=b"},
		{"\xc3\xbc", "\xc3\xbc"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
		char *field = field_of(fields[i][0]);

		assert_string_equal(field, fields[i][1]);
		free(field);
	}
}

static void all_text_comes_back(void **state)
{
	static const char letters[] = "=+-@\t',\"\r\nab ";
	uint64_t random = 1;

	(void)state;
	for (int round = 0; round < ROUNDS; round++) {
		char text[TEXT];
		size_t len = next_random(&random) % TEXT;

		for (size_t i = 0; i < len; i++)
			text[i] = letters[next_random(&random) % (sizeof(letters) - 1)];
		text[len] = '\0';
		check_field(text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_as_written),
		cmocka_unit_test(all_text_comes_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
