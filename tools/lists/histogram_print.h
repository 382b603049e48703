/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A histogram as text for people. */
#ifndef TVTRACE_LISTS_HISTOGRAM_PRINT_H
#define TVTRACE_LISTS_HISTOGRAM_PRINT_H

#include "common/histogram.h"

/* Prints quantiles and one line per octave on standard output. */
void histogram_print(const char *kind, const struct histogram *h);

#endif
