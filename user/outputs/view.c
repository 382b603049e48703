// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "outputs/view.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/format.h"
#include "outputs/view_parts.h"

/* How the lines of the canvas are divided among the parts of the block. */
struct layout {
	bool all_cells; /* also the cells without switches */
	bool others;	/* view_others() */
	bool note;	/* view_cost_note() */
	bool lack;	/* view_lack_note() */
	bool spacious;	/* blank lines */
	int histogram_rows;
	int group_rows;
};

enum {
	HEAD_LINES = 3,			  /* with the answer */
	HEADINGS = 3,			  /* of table, histograms, groups */
	NR_POSSIBLE_CELLS = NR_CELLS - 1, /* idle never switches to idle */
	SPACIOUS_LINES = 4,
	MIN_HISTOGRAM_ROWS = 4,
	MAX_HISTOGRAM_ROWS = 16,
	PLAIN_WIDTH = 80,
};

static int least(int a, int b)
{
	return a < b ? a : b;
}

static int most(int a, int b)
{
	return a > b ? a : b;
}

static struct layout plan(const struct canvas *c, const struct view *v, bool lacking)
{
	int used = least(view_used_octaves(v), MAX_HISTOGRAM_ROWS);
	struct layout l = {true, true, true, lacking, true, used, MAX_TOP_GROUPS};
	int others = view_used_others(v), left = c->height - HEAD_LINES - HEADINGS;

	if (!c->height)
		return l;
	l.all_cells = left >= NR_POSSIBLE_CELLS + MIN_HISTOGRAM_ROWS + MAX_TOP_GROUPS;
	left -= l.all_cells ? NR_POSSIBLE_CELLS : view_used_cells(v);
	l.others = left > least(used, MIN_HISTOGRAM_ROWS) + others;
	left -= l.others ? others : 0;
	l.note = left > least(used, MIN_HISTOGRAM_ROWS) + 1;
	left -= l.note;
	l.lack = lacking && left > least(used, MIN_HISTOGRAM_ROWS) + 1;
	left -= l.lack;
	l.spacious = left >= MAX_TOP_GROUPS + used + SPACIOUS_LINES;
	left -= l.spacious ? SPACIOUS_LINES : 0;
	/* Each gets half of the lines, and the lines that the other one does not need. */
	l.histogram_rows = most(1, least(used, most((left + 1) / 2, left - MAX_TOP_GROUPS)));
	l.group_rows = least(MAX_TOP_GROUPS, left - l.histogram_rows);
	return l;
}

static void blank(struct canvas *c, const struct layout *l)
{
	if (l->spacious)
		canvas_end_line(c);
}

void view_draw(struct canvas *c, const struct publication *p, const struct top_groups *top)
{
	struct view v;
	struct layout l;
	const char *lack;
	char text[128];

	view_open(&v, p);
	lack = view_lack_note(&v, text, sizeof(text));
	l = plan(c, &v, lack);
	view_head(c, &v);
	view_answer(c, &v);
	blank(c, &l);
	if (p->final) {
		canvas_print(c, STYLE_PLAIN, "the whole run:");
		canvas_end_line(c);
	}
	view_table(c, &v, l.all_cells);
	if (l.others)
		view_others(c, &v);
	if (l.note) {
		canvas_print(c, STYLE_DIM, "%s", view_cost_note(&v));
		canvas_end_line(c);
	}
	if (l.lack) {
		canvas_print(c, STYLE_DIM, "%s", lack);
		canvas_end_line(c);
	}
	blank(c, &l);
	view_histograms(c, &v, l.histogram_rows);
	blank(c, &l);
	view_groups(c, &v, top, l.group_rows);
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
	struct top_groups top;

	errno = 0;
	view_find_top(&top, p);
	view_draw(&c, p, &top);
	if (fflush(out) || ferror(out))
		return errno ? -errno : -EIO;
	return 0;
}
