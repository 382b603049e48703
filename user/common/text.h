/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Names from outside are bytes, not text: made harmless here, once, for every output. */
#ifndef TVTRACED_COMMON_TEXT_H
#define TVTRACED_COMMON_TEXT_H

#include <stddef.h>

#include "record.h"

enum {
	/* Room for the escaped form of a COMM_LEN name: each byte may become "\xNN". */
	NAME_LEN = 16 * 4 + 1,
};

/*
 * Writes the bytes of `in` (up to NUL or len) to `out` as printable UTF-8: a backslash becomes
 * "\\", a byte that is no part of a printable character becomes "\xNN", an empty name becomes
 * "(empty)", and a task that is really called that "\x28empty)". Distinct names stay distinct.
 * Never writes more than size bytes, always terminates, never cuts an escape or a character in
 * two. Returns out.
 */
char *name_escape(char *out, size_t size, const char *in, size_t len);

/*
 * Writes `in` to `out` with what is not printable as "\xNN", and backslashes as they are: for text
 * whose names are escaped already, or are paths. It cuts, terminates and returns as
 * text_printable() does.
 */
char *text_printable(char *out, size_t size, const char *in);

/* Columns that a terminal needs for the escaped text. */
size_t text_columns(const char *utf8);

/* Cuts escaped text, from the end and never within a character, to so many columns. */
void text_cut(char *utf8, int columns);

/* Makes text that should be escaped harmless where it is not: "?" for what cannot be printed. */
char *text_disarm(char *utf8);

/* Writes it to `out`, cut or padded to exactly so many columns as far as size bytes hold them. */
char *text_fit(char *out, size_t size, const char *utf8, int columns);

/*
 * FNV-1a of the bytes up to NUL, going on from `hash`: TEXT_HASH, or that of what comes before. A
 * user who chooses the text can make it collide.
 */
#define TEXT_HASH 0xcbf29ce484222325ull
u64 text_hash(u64 hash, const char *text);

#endif
