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
	const char *what; /* name of the list in JSON, as "groups" */
	bool wide;	  /* text: all columns, and nothing is cut */
	bool titles;	  /* text: repeated names are made distinct (titles.h) */
	const struct column *columns;
	size_t nr_columns;
	bool begun; /* CSV: the heading has been printed */
};

/* Prints the rows of one interval. Returns 0, or -errno of writing to standard output. */
int listing_print(struct listing *l, u64 time_ns, u64 interval_ns, const struct row *const *rows,
		  size_t n);

/* Returns the rows as a JSON array, which the caller must put. */
struct json_object *listing_json(const struct listing *l, const struct row *const *rows, size_t n);

/* Returns the names of the rows in text output, which the caller must free. */
struct titles *listing_titles(const struct row *const *rows, size_t n);

/* Formats a number cell as text; returns buf. */
char *listing_cell(char buf[CELL_TEXT_LEN], const struct column *c, const struct row *r);

/* Returns the column with that key, or NULL. */
const struct column *listing_find(const struct column *columns, size_t n, const char *key);

/* Sorts by a column: names ascending, numbers descending. */
void listing_sort(const struct row **rows, size_t n, const struct column *by);

/*
 * Makes argp's text before and after the options, followed by a line per column that explains it.
 * The caller must free the text.
 */
char *listing_doc(const char *before, const char *after, const struct column *columns, size_t n);

/* Returns a new text: doc, which is freed, and more columns below a heading. */
char *listing_doc_add(char *doc, const char *heading, const struct column *columns, size_t n);

/*
 * The argp help_filter for such a text: it returns the text itself, which argp would otherwise
 * reallocate.
 */
char *listing_keep_text(int key, const char *text, void *input);

#endif
