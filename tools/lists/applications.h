/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Applications, summed up from thread groups. */
#ifndef TVTRACE_LISTS_APPLICATIONS_H
#define TVTRACE_LISTS_APPLICATIONS_H

#include "lists/row.h"

/*
 * Sorts the groups by application, and makes one row of the groups of each application. Returns an
 * array of *nr rows that the caller must free; its text is that of the groups' rows.
 */
struct row *applications_of(const struct row **groups, size_t n, size_t *nr);

/*
 * Returns a constant string equal to `kind`, which needs no memory of its own; "comm" for an
 * unknown kind.
 */
const char *application_kind_word(const char *kind);

#endif
