/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Figures in words, as all forms for people have them. */
#ifndef TVTRACE_BENCH_CELLS_H
#define TVTRACE_BENCH_CELLS_H

#include "bench/bench.h"

enum { CELL = 2 * BENCH_TEXT };

/*
 * Writes "1.12 us ±3 ns", or "1.12 us" if the spread is not known; "unsteady ±3 ns" where the
 * spread is too wide, and "-" where there is no figure.
 */
const char *cell_of(char cell[CELL], const struct figure *f);

/* Writes bytes; "-" for NAN. */
const char *cell_of_bytes(char cell[CELL], double bytes);

extern const char *const verdict_words[];

#endif
