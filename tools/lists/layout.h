/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Which columns a line has room for, and how much each gets. */
#ifndef TVTRACE_LISTS_LAYOUT_H
#define TVTRACE_LISTS_LAYOUT_H

#include "lists/column.h"

enum {
	LAYOUT_PLAIN = 80,	    /* where there is no terminal that has a width */
	LAYOUT_UNLIMITED = 1 << 20, /* all columns, and nothing is cut */
};

/* Columns of standard output's terminal; where it is none, as COLUMNS says, or 80. */
int layout_width(void);

/*
 * Fills widths[i] with the width of column i, 0: left out. `width` is that of the line; names[i] is
 * what stands in the first column of row i. What is left of more than 80 goes to this one, up to
 * 40, then to the columns that are for more, text before numbers, and then to what is still cut.
 */
void layout_columns(int *widths, const struct column *columns, size_t n, int width,
		    const struct row *const *rows, const char *const *names, size_t nr_rows);

#endif
