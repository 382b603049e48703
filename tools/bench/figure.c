// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "bench/figure.h"

#include <math.h>
#include <stdlib.h>

enum { ENOUGH = 5 }; /* values, of which the extremes may be left out */

const struct figure figure_none = {.value = NAN, .spread = NAN};

static int by_value(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

struct figure figure_of(double *values, size_t n)
{
	size_t out = n >= ENOUGH;

	if (!n)
		return figure_none;
	qsort(values, n, sizeof(*values), by_value);
	return (struct figure){.value = n % 2 ? values[n / 2]
					      : (values[n / 2 - 1] + values[n / 2]) / 2,
			       .spread = (values[n - 1 - out] - values[out]) / 2};
}

bool figure_unsteady(const struct figure *f)
{
	return isnan(f->value) || f->spread > fabs(f->value) / 4;
}
