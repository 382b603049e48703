/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Parses the command lines of the daemon and the client. */
#ifndef TVTRACED_COMMON_ARGUMENTS_H
#define TVTRACED_COMMON_ARGUMENTS_H

#include <argp.h>

#include "record.h"

/* The exit status for bad arguments; 2 unless set. */
extern int arguments_bad_status;

/* Works as argp_parse() does, but exits with arguments_bad_status when an option is bad. */
void arguments_parse(const struct argp *argp, int argc, char **argv, void *input);

/*
 * Returns a number of seconds in min .. max as ns; exits with arguments_bad_status when the text is
 * anything else.
 */
u64 arguments_seconds(const char *option, const char *text, double min, double max);

/* Returns a whole number in min .. max; exits as arguments_seconds() does. */
u64 arguments_number(const char *option, const char *text, u64 min, u64 max);

/*
 * Returns a number of bytes in min .. max; K, M or G (powers of 1024, in either case) may follow
 * the number. Exits as arguments_seconds() does.
 */
u64 arguments_size(const char *option, const char *text, u64 min, u64 max);

#endif
