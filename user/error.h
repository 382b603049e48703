/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Messages on standard error, one line each, and --verbose. */
#ifndef TVTRACED_ERROR_H
#define TVTRACED_ERROR_H

#include <stdbool.h>

extern bool verbose;

/* Begins each line; "tvtraced" unless set. Static. */
extern const char *program_name;

/* Prints "tvtraced: message". */
void warn(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The same, and returns status, for `return fail(STATUS_…, "…")`. */
int fail(int status, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The same, with --verbose only. */
void tell(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
