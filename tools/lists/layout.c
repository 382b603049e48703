// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "lists/layout.h"

#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "common/text.h"

enum {
	LEAST = 20,	   /* a terminal that claims to be narrower is not believed */
	MUCH = 40,	   /* most width of the names while other columns have none */
	MOST_LOOKED = 500, /* number of rows at the top that determine the needed width */
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

/* The width that a text column needs for its heading and its first rows. */
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

/* Widens a column up to `to`, as far as there is room left. */
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

/*
 * Places the usual columns, those of a line of 80. The rightmost ones are left out if the line is
 * too narrow for them. Returns the room that is left.
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

/* Places the columns that are only in longer lines, either texts or numbers, in their order. */
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
