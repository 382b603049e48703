/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A histogram as text for people. */
#ifndef TVTRACE_LISTS_HISTOGRAM_PRINT_H
#define TVTRACE_LISTS_HISTOGRAM_PRINT_H

#include "common/histogram.h"

/*
 * Prints a title, quantiles and one line per octave on standard output. counted says what the
 * values are of: "switches".
 */
void histogram_print(const char *title, const char *counted, const struct histogram *h);

#endif
