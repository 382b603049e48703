/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef TVTRACE_CLIENT_CSV_H
#define TVTRACE_CLIENT_CSV_H

#include <stdio.h>

/*
 * Writes text as one CSV field (RFC 4180). Text that a spreadsheet would take for a formula,
 * because it begins with one of = + - @ or a tab, gets a ' in front. So does text that begins with
 * a ', which makes the encoding reversible.
 */
void csv_field(FILE *out, const char *text);

#endif
