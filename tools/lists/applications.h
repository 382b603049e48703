/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Applications, made of thread groups. */
#ifndef TVTRACE_LISTS_APPLICATIONS_H
#define TVTRACE_LISTS_APPLICATIONS_H

#include "lists/row.h"

/*
 * Sorts the groups by application, and makes a row of each one's groups: an array of *nr rows, the
 * caller's to free; their text is the groups'.
 */
struct row *applications_of(const struct row **groups, size_t n, size_t *nr);

/* The application's kind is one of a few words, so it needs no memory of its own. */
const char *application_kind_word(const char *kind);

#endif
