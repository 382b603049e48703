/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The titles of the lines in a list for people, made so that each line can be told from the others.
 */
#ifndef TVTRACED_COMMON_TITLES_H
#define TVTRACED_COMMON_TITLES_H

#include <stddef.h>

/* Both are printable text; an empty cmdline means that there is none. */
struct titled {
	const char *name, *cmdline;
};

struct titles;

/*
 * Makes a title for each item: its name. If several items have the same name and command lines, the
 * title of each continues with what follows the words that all these command lines begin with. The
 * strings of the items must outlive the result.
 */
struct titles *titles_new(const struct titled *items, size_t n);

/* NULL is ignored. */
void titles_free(struct titles *t);

/* Returns the titles in the order of the items. The caller must not free them: t owns them. */
const char *const *titles_of(const struct titles *t);

#endif
