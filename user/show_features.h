/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The output of --features. */
#ifndef TVTRACED_SHOW_FEATURES_H
#define TVTRACED_SHOW_FEATURES_H

#include <stdbool.h>
#include <stdio.h>

#include "options.h"
#include "probes/features.h"

/*
 * Prints a table of f, and the cost source that the options get. may_try: load the programs to find
 * out, as for tracing. Returns an exit status; an error has been printed.
 */
int show_features(FILE *out, struct features *f, const struct options *o, bool may_try);

#endif
