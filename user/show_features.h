/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What --features prints. */
#ifndef TVTRACED_SHOW_FEATURES_H
#define TVTRACED_SHOW_FEATURES_H

#include <stdbool.h>
#include <stdio.h>

#include "options.h"
#include "probes/features.h"

/*
 * Prints a table of f, and which cost source the options get; with may_try it is loaded to find
 * out, as when tracing. Returns an exit status; what failed was printed.
 */
int show_features(FILE *out, struct features *f, const struct options *o, bool may_try);

#endif
