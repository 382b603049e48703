// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "common/titles.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"

struct titles {
	const char **names; /* in the order of the items */
	char **made;
	size_t nr_made;
};

/* An item with a command line, which may be needed to tell it from others, and its index. */
struct candidate {
	const struct titled *item;
	size_t at;
};

static int by_name(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;
	int order = strcmp(x->item->name, y->item->name);

	return order ? order : (x->at > y->at) - (x->at < y->at);
}

static bool ends_word(char c)
{
	return !c || c == ' ';
}

/*
 * Returns how many bytes, at most `most`, a and b have in common at their beginning, in whole words
 * only.
 */
static size_t alike(const char *a, const char *b, size_t most)
{
	size_t n = 0;

	while (n < most && a[n] == b[n])
		n++;
	if (ends_word(a[n]) && ends_word(b[n]))
		return n;
	while (n && a[n - 1] != ' ')
		n--;
	return n;
}

/* Returns what tells an item from the others of its name; empty: nothing does. */
static const char *rest_of(const char *cmdline, size_t skip)
{
	return cmdline + skip + strspn(cmdline + skip, " ");
}

static char *make_title(const char *name, const char *rest)
{
	size_t size = strlen(name) + strlen(rest) + 2;
	char *title = xcalloc(size, 1);

	snprintf(title, size, "%s %s", name, rest);
	return title;
}

/* Makes the titles of the n items of one name. */
static void name_class(struct titles *t, const struct candidate *c, size_t n)
{
	const char *first = c[0].item->cmdline;
	size_t skip = strlen(first);

	for (size_t i = 1; i < n; i++)
		skip = alike(first, c[i].item->cmdline, skip);
	for (size_t i = 0; i < n; i++) {
		const char *rest = rest_of(c[i].item->cmdline, skip);

		if (!*rest)
			continue;
		t->made[t->nr_made] = make_title(c[i].item->name, rest);
		t->names[c[i].at] = t->made[t->nr_made++];
	}
}

struct titles *titles_new(const struct titled *items, size_t n)
{
	struct titles *t = xcalloc(1, sizeof(*t));
	struct candidate *c = xcalloc(n + 1, sizeof(*c));
	size_t nr = 0;

	t->names = xcalloc(n + 1, sizeof(*t->names));
	t->made = xcalloc(n + 1, sizeof(*t->made));
	for (size_t i = 0; i < n; i++) {
		t->names[i] = items[i].name;
		if (*items[i].cmdline)
			c[nr++] = (struct candidate){&items[i], i};
	}
	qsort(c, nr, sizeof(*c), by_name);
	for (size_t i = 0, end; i < nr; i = end) {
		for (end = i + 1; end < nr && !strcmp(c[i].item->name, c[end].item->name); end++)
			;
		if (end - i > 1)
			name_class(t, &c[i], end - i);
	}
	free(c);
	return t;
}

void titles_free(struct titles *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < t->nr_made; i++)
		free(t->made[i]);
	free(t->made);
	free(t->names);
	free(t);
}

const char *const *titles_of(const struct titles *t)
{
	return t->names;
}
