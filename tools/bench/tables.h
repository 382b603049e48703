/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The tables of a benchmark for people, in whatever form they are printed. */
#ifndef TVTRACE_BENCH_TABLES_H
#define TVTRACE_BENCH_TABLES_H

#include "bench/cells.h"

enum { MOST_COLUMNS = 6 };

enum table_id { TABLE_SWITCHES, TABLE_CREATIONS, TABLE_MEMORIES, TABLE_CLAIMS, NR_TABLES };

struct cells {
	const char *text[MOST_COLUMNS];
	char made[MOST_COLUMNS][CELL]; /* what of it is no constant */
};

struct table {
	const char *heading[MOST_COLUMNS];
	size_t nr_columns, nr_rows;
	bool of_words; /* and not of figures */
	void (*fill)(const struct bench *b, size_t row, struct cells *c);
};

extern const struct table bench_tables[NR_TABLES];

#endif
