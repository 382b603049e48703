/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a list for people calls its rows, so that each can be told from the others. */
#ifndef TVTRACE_TITLES_H
#define TVTRACE_TITLES_H

#include "model.h"

struct titles;

/*
 * Of each row its name; where names repeat and the rows have command lines, with what follows the
 * words that those of this name begin with alike. The rows must outlive it.
 */
struct titles *titles_new(const struct row *const *rows, size_t n);

/* NULL is ignored. */
void titles_free(struct titles *t);

/* In the order of the rows; theirs. */
const char *const *titles_of(const struct titles *t);

#endif
