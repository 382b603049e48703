/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Options that the commands share. */
#ifndef TVTRACE_CLIENT_COMMON_OPTIONS_H
#define TVTRACE_CLIENT_COMMON_OPTIONS_H

#include <argp.h>
#include <stdbool.h>

#include "common/histogram.h"

enum output { OUTPUT_TEXT, OUTPUT_JSON, OUTPUT_CSV };

struct common {
	const char *socket;
	enum output output;
	u64 interval_ns; /* 0: not given */
	u64 count;	 /* of intervals; 0: not given */
};

/*
 * A child for a command's argp, whose input is a struct common: --socket, --json, --csv, -i and -n.
 * The command hands it over at ARGP_KEY_INIT (common_init).
 */
extern const struct argp common_argp;

/* Sets the defaults, and makes them the input of the command's first child. */
void common_init(struct common *c, struct argp_state *state);

/* How many intervals: as -n says; without it one, or with -i as many as there are. */
u64 common_intervals(const struct common *c);

/* Runs a repeating command's loop: waits for each interval's end. False: that was the last one. */
bool common_next(const struct common *c, u64 *done, u64 *due_ns);

/* What a command returns when standard output did not take what it said. */
int common_output_status(int err);

#endif
