/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A measured value with its spread. */
#ifndef TVTRACE_BENCH_FIGURE_H
#define TVTRACE_BENCH_FIGURE_H

#include <stdbool.h>
#include <stddef.h>

struct figure {
	double value;  /* the median; NAN: it was not measured */
	double spread; /* half the distance from the least to the greatest, one of each left out */
};

/* Sorts the n values. */
struct figure figure_of(double *values, size_t n);
extern const struct figure figure_none;

/* Whether the spread is more than a quarter of the value, or there is no value. */
bool figure_unsteady(const struct figure *f);

#endif
