/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A list of rows as text, JSON or CSV, all three from one table of columns. */
#ifndef TVTRACE_LISTS_LISTING_H
#define TVTRACE_LISTS_LISTING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "client/common_options.h"
#include "common/format.h"
#include "common/titles.h"
#include "lists/column.h"

enum { CELL_TEXT_LEN = FORMAT_LEN + 8 };

struct listing {
	enum output output;
	const char *what; /* the member of JSON that is the list: "groups" */
	bool wide;	  /* text: all columns, and nothing is cut */
	bool titles;	  /* text: names that repeat are told apart (titles.h) */
	const struct column *columns;
	size_t nr_columns;
	bool begun; /* CSV: the heading has been printed */
};

/* One interval. Returns 0 or -errno when standard output does not take it. */
int listing_print(struct listing *l, u64 time_ns, u64 interval_ns, const struct row *const *rows,
		  size_t n);

/* The rows as an array; the caller's to put. */
struct json_object *listing_json(const struct listing *l, const struct row *const *rows, size_t n);

/* What text calls them; the caller's to free. */
struct titles *listing_titles(const struct row *const *rows, size_t n);

/* A cell as text; returns buf. */
char *listing_cell(char buf[CELL_TEXT_LEN], const struct column *c, const struct row *r);

/* The column of that key, or NULL. */
const struct column *listing_find(const struct column *columns, size_t n, const char *key);

/* Sorts by a column: names ascending, numbers descending. */
void listing_sort(const struct row **rows, size_t n, const struct column *by);

/*
 * argp's text before and after the options, and after that a line per column and what it means: a
 * new text, the caller's.
 */
char *listing_doc(const char *before, const char *after, const struct column *columns, size_t n);

/* The same text, which is freed, and other columns below a heading. */
char *listing_doc_add(char *doc, const char *heading, const struct column *columns, size_t n);

/* argp's help_filter for such a text: argp would reallocate what it is to print. */
char *listing_keep_text(int key, const char *text, void *input);

#endif
