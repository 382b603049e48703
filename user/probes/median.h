/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef TVTRACED_PROBES_MEDIAN_H
#define TVTRACED_PROBES_MEDIAN_H

#include <stddef.h>

#include "record.h"

/* Returns the median of n values, at least one, and sorts them; of an even number the upper one. */
u64 median(u64 *v, size_t n);

#endif
