/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Messages on standard error, and --verbose. Each is one line, whatever names it contains: what is
 * not printable is written as \xNN.
 */
#ifndef TVTRACED_COMMON_ERROR_H
#define TVTRACED_COMMON_ERROR_H

#include <stdbool.h>

extern bool verbose;

/* Begins each line; "tvtraced" unless set. Static. */
extern const char *program_name;

/* Prints "tvtraced: message". */
void warn(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The same, and returns status, for `return fail(STATUS_…, "…")`. */
int fail(int status, const char *format, ...) __attribute__((format(printf, 2, 3)));

/*
 * Has each message written by `write`, with its newline, instead of directly to standard error;
 * NULL: directly again. It may be called by any thread that prints, and must not print itself.
 */
void error_set_writer(void (*write)(const char *line));

/* Whether fail() has printed anything yet. */
bool error_said(void);

/* The same, with --verbose only. */
void verbose_log(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
