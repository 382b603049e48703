// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "view.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "format.h"
#include "view_parts.h"

/* How the lines of the canvas are shared out; least: what 24 lines allow. */
struct layout {
	bool all_cells; /* also those without a switch */
	bool spacious;	/* blank lines and explanations */
	int histogram_rows;
	int group_rows;
};

enum {
	HEAD_LINES = 2,
	HEADINGS = 3,			  /* of table, histograms, groups */
	NR_POSSIBLE_CELLS = NR_CELLS - 1, /* never from idle to idle */
	SPACIOUS_LINES = 5,
	MIN_HISTOGRAM_ROWS = 4,
	MAX_HISTOGRAM_ROWS = 16,
	MIN_GROUP_ROWS = 3,
	MAX_GROUP_ROWS = 10,
	PLAIN_WIDTH = 80,
};

static int least(int a, int b)
{
	return a < b ? a : b;
}

static struct layout plan(const struct canvas *c, const struct view *v)
{
	struct layout l = {true, true, MAX_HISTOGRAM_ROWS, MAX_GROUP_ROWS};
	int left = c->height - HEAD_LINES - HEADINGS, used = view_used_octaves(v);

	if (used < l.histogram_rows)
		l.histogram_rows = used;
	if (!c->height)
		return l;
	l.all_cells = left >= NR_POSSIBLE_CELLS + MIN_HISTOGRAM_ROWS + MIN_GROUP_ROWS + 10;
	left -= l.all_cells ? NR_POSSIBLE_CELLS : view_used_cells(v);
	l.spacious = left >= MAX_GROUP_ROWS + l.histogram_rows + SPACIOUS_LINES;
	left -= l.spacious ? SPACIOUS_LINES : 0;
	/* The histograms get what they use as long as four groups are left. */
	l.histogram_rows = least(l.histogram_rows, left - MIN_GROUP_ROWS);
	if (l.histogram_rows < 1)
		l.histogram_rows = 1;
	l.group_rows = least(MAX_GROUP_ROWS, left - l.histogram_rows);
	return l;
}

static void blank(struct canvas *c, const struct layout *l)
{
	if (l->spacious)
		canvas_end_line(c);
}

void view_draw(struct canvas *c, const struct publication *p)
{
	struct view v;
	struct layout l;

	view_open(&v, p);
	l = plan(c, &v);
	view_head(c, &v);
	blank(c, &l);
	view_table(c, &v, l.all_cells);
	if (l.spacious) {
		canvas_print(c, STYLE_DIM, "%s", view_cost_note(&v));
		canvas_end_line(c);
	}
	blank(c, &l);
	view_histograms(c, &v, l.histogram_rows);
	blank(c, &l);
	view_groups(c, &v, l.group_rows);
	blank(c, &l);
	view_close(&v);
}

static void print_text(void *sink, enum style style, const char *utf8)
{
	(void)style;
	fputs(utf8, sink);
}

static void print_newline(void *sink)
{
	fputc('\n', sink);
}

int view_print(FILE *out, const struct publication *p)
{
	struct canvas c = {
		.width = PLAIN_WIDTH, .text = print_text, .end_line = print_newline, .sink = out};

	errno = 0;
	view_draw(&c, p);
	if (fflush(out) || ferror(out))
		return errno ? -errno : -EIO;
	return 0;
}
