/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Chooses the columns that a line has room for, and the width of each. */
#ifndef TVTRACE_LISTS_LAYOUT_H
#define TVTRACE_LISTS_LAYOUT_H

#include "lists/column.h"

enum {
	LAYOUT_PLAIN = 80,	    /* if there is no terminal with a known width */
	LAYOUT_UNLIMITED = 1 << 20, /* all columns, and nothing is cut */
};

/*
 * Returns the width of the terminal on standard output; if there is none, that in $COLUMNS, or 80.
 */
int layout_width(void);

/*
 * Sets widths[i] to the width of column i; 0: the column is left out. `width` is the width of the
 * line; names[i] is the text in the first column of row i. Room beyond the usual columns goes to
 * the first column, up to a width of 40, then to columns that are only in longer lines, text before
 * numbers, and last to texts that are still cut.
 */
void layout_columns(int *widths, const struct column *columns, size_t n, int width,
		    const struct row *const *rows, const char *const *names, size_t nr_rows);

#endif
