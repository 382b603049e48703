/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef TVTRACE_CLIENT_CSV_H
#define TVTRACE_CLIENT_CSV_H

#include <stdio.h>

/*
 * Text for one field of CSV (RFC 4180). What a spreadsheet would take for a formula, as it begins
 * with one of = + - @ or a tab, gets a ' in front; so does what begins with a ', which makes it
 * reversible.
 */
void csv_field(FILE *out, const char *text);

#endif
