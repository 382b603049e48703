// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "probes/median.h"

#include <stdlib.h>

static int compare(const void *a, const void *b)
{
	u64 x = *(const u64 *)a, y = *(const u64 *)b;

	return (x > y) - (x < y);
}

u64 median(u64 *v, size_t n)
{
	qsort(v, n, sizeof(*v), compare);
	return v[n / 2];
}
