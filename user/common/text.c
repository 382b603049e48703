// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "common/text.h"

#include <limits.h>
#include <locale.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>

/* How the empty name is written. In a name that reads the same, the first byte is escaped. */
#define EMPTY "(empty)"

enum { HEX_LEN = 4 }; /* "\xNN" */

/* SOFT HYPHEN is one column wide for the C library, but most terminals show nothing for it. */
#define SOFT_HYPHEN 0xad

/*
 * Widths are those of UTF-8, whatever the user's locale is. Returns (locale_t)0 when C.UTF-8 is
 * missing.
 */
static locale_t utf8_locale(void)
{
	static locale_t locale;
	static int tried;

	if (!tried)
		locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
	tried = 1;
	return locale;
}

/*
 * Returns the number of bytes of the printable character that s begins with, or 0 when there is
 * none. Sets *columns to its width.
 */
static size_t printable(const char *s, size_t len, int *columns)
{
	unsigned char first = (unsigned char)s[0];
	mbstate_t state = {0};
	locale_t old;
	wchar_t c;
	size_t n;

	*columns = 1;
	if (first < 0x80)
		return first >= 0x20 && first != 0x7f;
	if (!utf8_locale())
		return 0;
	old = uselocale(utf8_locale());
	n = mbrtowc(&c, s, len, &state);
	*columns = n && n <= len && c != SOFT_HYPHEN ? wcwidth(c) : 0;
	uselocale(old);
	/*
	 * Control characters have no width; neither have characters that combine with their
	 * neighbours or change the direction of text. None of them is printable here.
	 */
	return *columns > 0 ? n : 0;
}

/* The output form of the character that the input begins with, or of one byte of no character. */
struct piece {
	char text[MB_LEN_MAX + 1];
	size_t len;
};

static struct piece piece_of(const char *in, size_t len, bool double_backslash, size_t *n)
{
	struct piece p;
	int columns;

	*n = printable(in, len, &columns);
	if (*in == '\\' && double_backslash) {
		p.len = 2;
		memcpy(p.text, "\\\\", p.len);
	} else if (*n) {
		p.len = *n;
		memcpy(p.text, in, p.len);
	} else {
		*n = 1;
		p.len = (size_t)snprintf(p.text, sizeof(p.text), "\\x%02x", (unsigned char)*in);
	}
	return p;
}

static char *escape(char *out, size_t size, const char *in, size_t len, bool double_backslash)
{
	size_t used = 0, n;

	for (size_t i = 0; i < len; i += n) {
		struct piece p = piece_of(in + i, len - i, double_backslash, &n);

		if (used + p.len >= size)
			break;
		memcpy(out + used, p.text, p.len);
		used += p.len;
	}
	out[used] = '\0';
	return out;
}

char *name_escape(char *out, size_t size, const char *in, size_t len)
{
	size_t used = 0;

	len = strnlen(in, len);
	if (!len) {
		snprintf(out, size, EMPTY);
		return out;
	}
	if (len == strlen(EMPTY) && !memcmp(in, EMPTY, len) && size > HEX_LEN) {
		used = (size_t)snprintf(out, size, "\\x%02x", (unsigned char)*in++);
		len--;
	}
	escape(out + used, size - used, in, len, true);
	return out;
}

char *text_printable(char *out, size_t size, const char *in)
{
	return escape(out, size, in, strlen(in), false);
}

size_t text_columns(const char *utf8)
{
	size_t len = strlen(utf8), sum = 0, n;
	int columns;

	for (size_t i = 0; i < len; i += n ? n : 1) {
		n = printable(utf8 + i, len - i, &columns);
		sum += n ? (size_t)columns : 1;
	}
	return sum;
}

void text_cut(char *utf8, int columns)
{
	size_t len = strlen(utf8);

	while (len && (int)text_columns(utf8) > columns) {
		do
			len--;
		while (len && ((unsigned char)utf8[len] & 0xc0) == 0x80);
		utf8[len] = '\0';
	}
}

char *text_fit(char *out, size_t size, const char *utf8, int columns)
{
	int left;

	snprintf(out, size, "%s", utf8);
	text_cut(out, columns);
	left = columns - (int)text_columns(out);
	if (left > 0 && strlen(out) + (size_t)left < size)
		sprintf(out + strlen(out), "%*s", left, "");
	return out;
}

char *text_disarm(char *utf8)
{
	size_t len = strlen(utf8), n;
	int columns;

	for (size_t i = 0; i < len; i += n ? n : 1) {
		n = printable(utf8 + i, len - i, &columns);
		if (!n)
			utf8[i] = '?';
	}
	return utf8;
}

u64 text_hash(u64 hash, const char *text)
{
	for (; *text; text++)
		hash = (hash ^ (unsigned char)*text) * 0x100000001b3;
	return hash;
}
