// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Titles against lists of words, compared word by word. */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "common/titles.h"
#include "unit.h"

enum { MOST_WORDS = 5, MOST_ITEMS = 8, ROUNDS = 20000, TEXT = 128 };

static const char *const words[] = {"a", "ab", "abc", "b", "-x", "--x=a"};

/* A command line as words. */
struct line {
	const char *word[MOST_WORDS];
	int n;
	char text[TEXT];
};

static void pick_line(struct line *l, uint64_t *random)
{
	l->n = (int)(next_random(random) % (MOST_WORDS + 1));
	l->text[0] = '\0';
	for (int i = 0; i < l->n; i++) {
		/* The first ones mostly alike. */
		l->word[i] = words[i < 2 ? next_random(random) % 9 / 8
					 : next_random(random) % ARRAY_SIZE(words)];
		strcat(l->text, i ? " " : "");
		strcat(l->text, l->word[i]);
	}
}

/* How many words all of this name that have a command line begin with alike; *of: how many those
 * are. */
static int common_words(const struct titled *items, const struct line *lines, size_t n,
			const char *name, int *of)
{
	int most = MOST_WORDS;
	const struct line *first = NULL;

	*of = 0;
	for (size_t i = 0; i < n; i++) {
		int same = 0;

		if (strcmp(items[i].name, name) != 0 || !lines[i].n)
			continue;
		++*of;
		if (!first)
			first = &lines[i];
		while (same < lines[i].n && same < first->n &&
		       !strcmp(lines[i].word[same], first->word[same]))
			same++;
		most = same < most ? same : most;
	}
	return most;
}

static void check_titles(const struct titled *items, const struct line *lines, size_t n)
{
	struct titles *t = titles_new(items, n);

	for (size_t i = 0; i < n; i++) {
		char expected[TEXT];
		int of, skip = common_words(items, lines, n, items[i].name, &of);

		snprintf(expected, sizeof(expected), "%s", items[i].name);
		for (int w = skip; of > 1 && w < lines[i].n; w++) {
			strcat(expected, " ");
			strcat(expected, lines[i].word[w]);
		}
		assert_string_equal(titles_of(t)[i], expected);
	}
	titles_free(t);
}

static void agree_with_words(void **state)
{
	static const char *const names[] = {"java", "python3", "sh"};
	uint64_t random = 1;

	(void)state;
	for (int round = 0; round < ROUNDS; round++) {
		struct line lines[MOST_ITEMS];
		struct titled items[MOST_ITEMS];
		size_t n = next_random(&random) % (MOST_ITEMS + 1);

		for (size_t i = 0; i < n; i++) {
			pick_line(&lines[i], &random);
			items[i] = (struct titled){names[next_random(&random) % ARRAY_SIZE(names)],
						   lines[i].text};
		}
		check_titles(items, lines, n);
	}
}

static void only_what_repeats_is_told_apart(void **state)
{
	static const struct titled items[] = {
		{"sshd", "sshd: /usr/sbin/sshd -D"},
		{"java", "java -jar one.jar"},
		{"java", ""},
		{"java", "java -jar one.jar.old"},
		{"kworker", ""},
		{"kworker", ""},
	};
	static const char *const expected[] = {
		"sshd", "java one.jar", "java", "java one.jar.old", "kworker", "kworker",
	};
	struct titles *t = titles_new(items, ARRAY_SIZE(items));

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(items); i++)
		assert_string_equal(titles_of(t)[i], expected[i]);
	titles_free(t);
}

/* Spaces that repeat, or stand at an end, are no words. */
static void spaces_are_no_words(void **state)
{
	static const struct titled items[] = {
		{"x", "run  -a"}, {"x", "run  -b"}, {"x", "run  "},
		{"x", "run"},	  {"y", " "},	    {"y", "  z"},
	};
	static const char *const expected[] = {"x -a", "x -b", "x", "x", "y", "y z"};
	struct titles *t = titles_new(items, ARRAY_SIZE(items));

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(items); i++)
		assert_string_equal(titles_of(t)[i], expected[i]);
	titles_free(t);
	titles_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agree_with_words),
		cmocka_unit_test(only_what_repeats_is_told_apart),
		cmocka_unit_test(spaces_are_no_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
