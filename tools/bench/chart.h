/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A picture of figures in ns, one below the other, along one scale. */
#ifndef TVTRACE_BENCH_CHART_H
#define TVTRACE_BENCH_CHART_H

#include <stddef.h>

#include "bench/figure.h"

/*
 * What is unsteady is drawn as where it lies, without a value, and at its edge the picture may cut
 * it. What is missing is said in words.
 */
struct mark {
	const char *label; /* of this one, and of those that follow and have none */
	const char *of;	   /* what the figure is, beside the label */
	const char *class; /* its colour */
	struct figure figure;
	const char *missing; /* why there is no figure; NULL: nothing is known */
};

struct chart {
	const char *title;
	const char *const *names, *const *classes; /* of the key */
	size_t nr_keys;
	const struct mark *marks;
	size_t nr_marks;
};

/* Bars that begin at 0. */
void chart_bars(const struct chart *c);

/* Dots on a logarithmic scale, where the length of a bar would mean nothing. */
void chart_dots(const struct chart *c);

/* A line from one end of a spread to the other, either way; dashed if the figure is unsteady. */
void chart_spread_across(const struct figure *f, double left, double right, double y);
void chart_spread_down(const struct figure *f, double x, double top, double bottom);

#endif
