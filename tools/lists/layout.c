// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "lists/layout.h"

#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "common/text.h"

enum {
	LEAST = 20,	   /* columns that a terminal can be taken at its word for */
	MUCH = 40,	   /* of a name, while others have nothing */
	MOST_LOOKED = 500, /* rows whose text says how much is needed: those at the top */
};

int layout_width(void)
{
	struct winsize w = {0};
	const char *columns = getenv("COLUMNS");
	long n;

	if (!ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) && w.ws_col)
		return w.ws_col < LEAST ? LEAST : w.ws_col;
	n = columns ? strtol(columns, NULL, 10) : 0;
	return n >= LEAST && n < LAYOUT_UNLIMITED ? (int)n : LAYOUT_PLAIN;
}

/* The most that a text column needs. */
static int needed(const struct column *c, const struct row *const *rows, const char *const *names,
		  size_t n, size_t looked)
{
	int most = (int)text_columns(c->heading);

	for (size_t i = 0; i < n && i < looked; i++) {
		int own = (int)text_columns(names ? names[i] : c->name(rows[i]));

		most = own > most ? own : most;
	}
	return most;
}

/* Gives the column up to that many, as far as there are. */
static void widen(int *width, int to, int *left)
{
	int more = to - *width;

	if (more > *left)
		more = *left;
	if (more <= 0)
		return;
	*width += more;
	*left -= more;
}

/* Those of a line of 80; from the right they go where even that is too much. Returns what is left.
 */
static int place_usual(int *widths, const struct column *columns, size_t n, int width)
{
	int left = width + 1;

	for (size_t i = 0; i < n; i++) {
		bool fits = columns[i].width && columns[i].width + 1 <= left;

		widths[i] = fits || !i ? columns[i].width : 0;
		left -= widths[i] ? widths[i] + 1 : 0;
	}
	return left;
}

/* Those that are for more, texts or numbers, in their order. */
static void place_more(int *widths, const struct column *columns, size_t n, bool text, int *left)
{
	for (size_t i = 1; i < n; i++) {
		const struct column *c = &columns[i];

		if (widths[i] || !c->wide || (c->name != NULL) != text || c->wide + 1 > *left)
			continue;
		widths[i] = c->wide;
		*left -= c->wide + 1;
	}
}

void layout_columns(int *widths, const struct column *columns, size_t n, int width,
		    const struct row *const *rows, const char *const *names, size_t nr_rows)
{
	size_t looked = width == LAYOUT_UNLIMITED ? nr_rows : MOST_LOOKED;
	int left = place_usual(widths, columns, n, width);
	int first = needed(&columns[0], rows, names, nr_rows, looked);

	widen(&widths[0], first < MUCH ? first : MUCH, &left);
	place_more(widths, columns, n, true, &left);
	place_more(widths, columns, n, false, &left);
	widen(&widths[0], first, &left);
	for (size_t i = 1; i < n; i++)
		if (columns[i].name && widths[i])
			widen(&widths[i], needed(&columns[i], rows, NULL, nr_rows, looked), &left);
}
