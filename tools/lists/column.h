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
	CELL_BYTES,
};

/*
 * The widths are for text output; a column with neither width is in JSON and CSV only. A
 * CELL_PERCENT number is a share of 1. A number that does not exist is NAN: "-" in text, null in
 * JSON, empty in CSV.
 */
struct column {
	const char *key; /* name in JSON, CSV and --sort, with the unit */
	const char *heading;
	enum cell cell;
	int width; /* width in a line of 80 columns; 0: not there */
	int wide;  /* least width in a longer line; 0: not there; see layout.h */
	double (*number)(const struct row *r);
	const char *(*name)(const struct row *r);
	const char *help;
};

#endif
