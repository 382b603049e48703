/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Command lines of the daemon and the client. */
#ifndef TVTRACED_COMMON_ARGUMENTS_H
#define TVTRACED_COMMON_ARGUMENTS_H

#include <argp.h>

#include "record.h"

/* The exit status for bad ones; 2 unless set. */
extern int arguments_bad_status;

/* As argp_parse() does; exits with arguments_bad_status when an option is bad. */
void arguments_parse(const struct argp *argp, int argc, char **argv, void *input);

/* A number of seconds in min .. max, as ns; exits when the text is anything else. */
u64 arguments_seconds(const char *option, const char *text, double min, double max);

/* A whole number in min .. max; ends the program as arguments_seconds() does. */
u64 arguments_number(const char *option, const char *text, u64 min, u64 max);

/* Bytes in min .. max; K, M or G (powers of 1024) may follow the number. */
u64 arguments_size(const char *option, const char *text, u64 min, u64 max);

#endif
