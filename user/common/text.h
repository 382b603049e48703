/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Names from outside are bytes, not text. They are made harmless here, once for all outputs. */
#ifndef TVTRACED_COMMON_TEXT_H
#define TVTRACED_COMMON_TEXT_H

#include <stddef.h>

#include "record.h"

enum {
	/* Space for the escaped form of a COMM_LEN name: each byte may become "\xNN". */
	NAME_LEN = 16 * 4 + 1,
};

/*
 * Writes the bytes of `in` (up to NUL or len) to `out` as printable UTF-8. A backslash becomes
 * "\\", and a byte that is not part of a printable character becomes "\xNN". An empty name becomes
 * "(empty)", and a name that is really "(empty)" becomes "\x28empty)", so distinct names stay
 * distinct. Never writes more than size bytes, always terminates the text, and never cuts an escape
 * or a character in two. Returns out.
 */
char *name_escape(char *out, size_t size, const char *in, size_t len);

/*
 * Writes `in` to `out`, with unprintable bytes as "\xNN" and backslashes unchanged. It is for text
 * whose names are already escaped, and for paths. Cuts and terminates the text as name_escape()
 * does, and returns out.
 */
char *text_printable(char *out, size_t size, const char *in);

/* Returns the number of columns that a terminal needs for the escaped text. */
size_t text_columns(const char *utf8);

/* Cuts escaped text at its end, never within a character, to at most so many columns. */
void text_cut(char *utf8, int columns);

/*
 * Replaces what cannot be printed by "?", in text that should already be escaped. Returns the text.
 */
char *text_disarm(char *utf8);

/*
 * Writes the text to `out`, cut or padded to exactly so many columns, as far as size bytes suffice.
 */
char *text_fit(char *out, size_t size, const char *utf8, int columns);

/*
 * Returns the FNV-1a hash of the bytes up to NUL. It continues from `hash`, which is TEXT_HASH or
 * the hash of the text before. A user who chooses the text can produce collisions.
 */
#define TEXT_HASH 0xcbf29ce484222325ull
u64 text_hash(u64 hash, const char *text);

#endif
