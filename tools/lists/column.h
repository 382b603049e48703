/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One column of a list. */
#ifndef TVTRACE_LISTS_COLUMN_H
#define TVTRACE_LISTS_COLUMN_H

#include "lists/row.h"

enum cell {
	CELL_NAME,
	CELL_ID,
	CELL_COUNT,
	CELL_RATE,
	CELL_PERCENT,
	CELL_NS,
};

/*
 * The widths are those of text; with neither, a column is for JSON and CSV only. Numbers of a
 * CELL_PERCENT are shares of 1. A number that does not exist is NAN: "-" in text, null in JSON,
 * nothing in CSV.
 */
struct column {
	const char *key; /* in JSON and CSV, and of --sort; names the unit */
	const char *heading;
	enum cell cell;
	int width; /* in a line of 80 */
	int wide;  /* where there is more room, the least that it takes: see layout.h */
	double (*number)(const struct row *r);
	const char *(*name)(const struct row *r);
	const char *help;
};

#endif
