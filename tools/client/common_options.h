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
	u64 count;	 /* number of intervals; 0: not given */
};

/*
 * An argp child parser for --socket, --json, --csv, -i and -n; its input is a struct common, which
 * the command sets with common_init() at ARGP_KEY_INIT.
 */
extern const struct argp common_argp;

/*
 * The same for a command that asks once: --socket and --json. It refuses arguments that the command
 * does not take itself.
 */
extern const struct argp common_once_argp;

/* Sets the defaults in c, and makes c the input of the command's first child parser. */
void common_init(struct common *c, struct argp_state *state);

/* Returns the number of intervals: that of -n; without -n one, or with -i no limit. */
u64 common_intervals(const struct common *c);

/*
 * Drives the loop of a repeating command: waits for the end of the next interval. Returns false
 * when there are no more intervals, or after a signal.
 */
bool common_next(const struct common *c, u64 *done, u64 *due_ns);

/* Returns the exit status for an error (-errno or 0) of writing to standard output. */
int common_output_status(int err);

#endif
