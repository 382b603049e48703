/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a list for people calls its lines, so that each can be told from the others. */
#ifndef TVTRACED_COMMON_TITLES_H
#define TVTRACED_COMMON_TITLES_H

#include <stddef.h>

/* Printable text; cmdline "": none. */
struct titled {
	const char *name, *cmdline;
};

struct titles;

/*
 * Of each item its name; where names repeat and the items have command lines, with what follows the
 * words that those of this name begin with alike. The text must outlive it.
 */
struct titles *titles_new(const struct titled *items, size_t n);

/* NULL is ignored. */
void titles_free(struct titles *t);

/* In the order of the items; the titles' own. */
const char *const *titles_of(const struct titles *t);

#endif
