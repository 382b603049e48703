/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Messages on standard error, including those of --verbose. Each message is one line, whatever
 * names it contains, because unprintable bytes are written as \xNN.
 */
#ifndef TVTRACED_COMMON_ERROR_H
#define TVTRACED_COMMON_ERROR_H

#include <stdbool.h>

extern bool verbose;

/* The prefix of each line; "tvtraced" unless set. The string must be static. */
extern const char *program_name;

/* Prints "tvtraced: message". */
void warn(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Prints a message as warn() does and returns status, for `return fail(STATUS_..., "...")`. */
int fail(int status, const char *format, ...) __attribute__((format(printf, 2, 3)));

/*
 * Makes `write` write each message, including its newline, instead of standard error; NULL restores
 * standard error. `write` may be called by any thread that prints a message, and must not print one
 * itself.
 */
void error_set_writer(void (*write)(const char *line));

/* Returns whether fail() has printed anything yet. */
bool error_said(void);

/* Prints a message as warn() does, but only with --verbose. */
void verbose_log(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
