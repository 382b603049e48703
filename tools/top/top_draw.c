// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "top/top.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "client/json_read.h"
#include "common/array.h"
#include "common/format.h"
#include "common/names.h"
#include "common/terminal.h"
#include "common/text.h"
#include "lists/layout.h"
#include "lists/listing.h"

enum {
	/* draw_head(), draw_trust(), draw_answer(), draw_path() and draw_headings() */
	HEAD_LINES = 5,
	FOOT_LINES = 1,
	HISTOGRAM_LINES = 9,
	MIN_ROWS = 3,
};

static const char *const help_lines[] = {
	"Up Down PgUp PgDn Home End   move",
	"Enter        into an application: its groups; into a group: its threads",
	"Backspace    back",
	"< >          sort by the column before, after; also Left and Right",
	"/            filter by name, command line or number; Esc drops it",
	"h            histograms of what is entered",
	"p, Space     pause, go on",
	"q            quit",
	"",
	"thr/s        switches into it from a program that kept the address space",
	"proc/s       the same, of those that changed the address space",
	"thr%         how many of both were thread switches",
	"other        all other switches into it: idle or the kernel ran before",
	"cost         time that all switches into it took, in % of one CPU",
	"t.mean       mean cost of those of thr/s; p.mean: of proc/s",
	"pre%         of the switches out of it, how many it did not ask for",
	"wait         on wide screens: time that its tasks waited for a CPU; w.…: means",
	"A cost is the switch alone: neither the choice of the task before it nor",
	"the cache and TLB misses after it.",
};

/* Prints text, cut at the right edge of the screen. */
__attribute__((format(printf, 3, 4))) static void put(int y, int x, const char *format, ...)
{
	char text[1024];
	va_list args;

	if (y < 0 || y >= LINES || x >= COLS)
		return;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	text_cut(text_disarm(text), COLS - x);
	mvaddstr(y, x, text);
}

static void draw_head(const struct top *t)
{
	json_object *reply = model_reply(t->model), *host = read_member(reply, "host");
	char uptime[FORMAT_LEN];

	attrset(A_BOLD);
	put(0, 0, "tvtrace top  Linux %s  cost %s, bias %" PRIu64 " ns%s  up %s",
	    read_text(host, "kernel"), read_text(host, "cost_source"),
	    read_number(host, "cost_bias_ns"),
	    read_bool(host, "tlb_counting") ? ", 60 ns of --tlb" : "",
	    format_uptime(uptime, read_double(host, "uptime_ns") / 1e9));
	attrset(A_NORMAL);
}

static void draw_trust(const struct top *t)
{
	json_object *reply = model_reply(t->model), *a = read_member(reply, "accounting");
	json_object *probe = read_member(reply, "probe"), *recent = read_member(reply, "recent");
	double seen = read_double(a, "seen");
	char rate[FORMAT_LEN], unseen[FORMAT_LEN] = "?";

	if (read_member(a, "unseen"))
		snprintf(unseen, sizeof(unseen), "%" PRIu64, read_number(a, "unseen"));
	if (read_number(recent, "spilled") || read_number(recent, "task_events_lost"))
		attrset(COLOR_PAIR(PAIR_WARNING) | A_BOLD);
	put(1, 0,
	    "seen %.0f (%s/s)  received %" PRIu64 "  spilled %" PRIu64
	    "  unseen %s  probes %.0f ns",
	    seen, format_rate(rate, t->seen_rate), read_number(a, "received"),
	    read_number(a, "spilled"), unseen, seen > 0 ? read_double(probe, "run_ns") / seen : 0);
	attrset(A_NORMAL);
}

static void draw_answer(const struct top *t)
{
	const char *reason = read_text(read_member(model_reply(t->model), "host"), "cost_reason");
	char text[ANSWER_LEN];

	attrset(A_BOLD);
	if (!*reason && t->grown.seconds > 0)
		put(HEAD_LINES - 3, 0, "%s", answer(text, &t->grown, (size_t)COLS));
	attrset(A_NORMAL);
}

static void draw_path(const struct top *t)
{
	char path[2 * TEXT_LEN + 64];

	switch (t->level) {
	case LEVEL_APPLICATIONS:
		snprintf(path, sizeof(path), "applications");
		break;
	case LEVEL_GROUPS:
		snprintf(path, sizeof(path), "%s", t->application);
		break;
	default:
		snprintf(path, sizeof(path), "%s > %s (%u)", t->application, t->group, t->tgid);
		break;
	}
	put(HEAD_LINES - 2, 0, "%s  [%zu]%s%s%s%s", path, t->n, t->paused ? "  PAUSED" : "",
	    t->filter[0] || t->typing ? "  filter: " : "", t->filter, t->typing ? "_" : "");
}

static void draw_headings(const struct top *t, int y, const int *widths)
{
	const struct level_info *l = &levels[t->level];
	int x = 0;

	move(y, 0);
	attrset(A_REVERSE);
	for (int i = 0; i < COLS; i++)
		mvaddch(y, i, ' ');
	for (size_t c = 0; c < l->nr_columns; c++) {
		if (!widths[c])
			continue;
		attrset(A_REVERSE | (c == t->sort[t->level] ? A_BOLD | A_UNDERLINE : 0));
		put(y, x, l->columns[c].name ? "%-*s" : "%*s", widths[c], l->columns[c].heading);
		x += widths[c] + 1;
	}
	attrset(A_NORMAL);
}

static void draw_row(const struct top *t, int y, size_t row, const int *widths)
{
	const struct level_info *l = &levels[t->level];
	const struct row *r = t->rows[row];
	bool selected = row == t->selected;
	char cell[CELL_TEXT_LEN], fit[1024];
	int x = 0;

	attrset(selected ? A_STANDOUT : r->ended ? A_DIM : A_NORMAL);
	if (selected)
		for (int i = 0; i < COLS; i++)
			mvaddch(y, i, ' ');
	for (size_t c = 0; c < l->nr_columns; c++) {
		const struct column *column = &l->columns[c];
		const char *name = c ? "" : titles_of(t->titles)[row];

		if (!widths[c])
			continue;
		if (column->name)
			put(y, x, "%s",
			    text_fit(fit, sizeof(fit), c ? column->name(r) : name, widths[c]));
		else
			put(y, x, "%*s", widths[c], listing_cell(cell, column, r));
		x += widths[c] + 1;
	}
	attrset(A_NORMAL);
}

static bool has_pane(const struct top *t)
{
	return t->costs && LINES >= HEAD_LINES + MIN_ROWS + HISTOGRAM_LINES + FOOT_LINES;
}

size_t top_page(const struct top *t)
{
	int rows = LINES - HEAD_LINES - FOOT_LINES - (has_pane(t) ? HISTOGRAM_LINES : 0);

	return rows > 0 ? (size_t)rows : 1;
}

/* Draws the headings and the visible rows; scrolls so that the selected row is visible. */
static void draw_list(struct top *t)
{
	const struct level_info *l = &levels[t->level];
	int widths[NR_GROUP_COLUMNS]; /* no level has more columns */
	size_t page = top_page(t), seen;

	if (t->selected < t->first)
		t->first = t->selected;
	if (t->selected >= t->first + page)
		t->first = t->selected - page + 1;
	if (t->first + page > t->n)
		t->first = t->n > page ? t->n - page : 0;
	seen = t->n - t->first < page ? t->n - t->first : page;
	layout_columns(widths, l->columns, l->nr_columns, COLS, t->rows + t->first,
		       titles_of(t->titles) + t->first, seen);
	draw_headings(t, HEAD_LINES - 1, widths);
	for (size_t i = 0; i < seen; i++)
		draw_row(t, HEAD_LINES + (int)i, t->first + i, widths);
	if (!t->n)
		put(HEAD_LINES, 0, "nothing%s",
		    t->filter[0] ? " that the filter lets through" : "");
}

/*
 * Draws the histogram of one kind, with a line per octave from 2^first ns on. The last line also
 * counts all above.
 */
static void draw_histogram(const struct top *t, int y, int x, int width, int kind, int first)
{
	const struct histogram *h = histogram_query_cost(t->costs, kind);
	char mean[FORMAT_LEN], p99[FORMAT_LEN], low[FORMAT_LEN], count[FORMAT_LEN];
	int lines = HISTOGRAM_LINES - 1, room = width - 21;
	u64 counts[HISTOGRAM_LINES] = {0}, most = 0;

	for (int e = 0; e <= BUCKET_MAX_EXP; e++) {
		int line = e - first < 0 ? 0 : e - first >= lines ? lines - 1 : e - first;

		counts[line] += histogram_octave(h, (u32)e);
	}
	for (int i = 0; i < lines; i++)
		most = counts[i] > most ? counts[i] : most;
	attrset(A_BOLD);
	put(y, x, "%s %s  mean %s  p99 %s", kind_names[kind], format_count(count, (double)h->count),
	    format_ns(mean, histogram_mean(h)),
	    format_ns(p99, (double)histogram_quantile(h, 0.99)));
	for (int i = 0; i < lines; i++) {
		int bar = histogram_bar(counts[i], most, room > 0 ? room : 0);

		attrset(A_NORMAL);
		put(y + 1 + i, x, "%8s%s %8s ", format_ns(low, (double)((u64)1 << (first + i))),
		    i == lines - 1 ? "+" : " ", format_count(count, (double)counts[i]));
		attrset(COLOR_PAIR(kind == KIND_THREAD ? PAIR_THREAD : PAIR_PROCESS));
		for (int b = 0; b < bar; b++)
			mvaddch(y + 1 + i, x + 19 + b, '*');
	}
	attrset(A_NORMAL);
}

static int first_octave(const struct top *t)
{
	for (int e = 0; e <= BUCKET_MAX_EXP; e++)
		if (histogram_octave(histogram_query_cost(t->costs, KIND_THREAD), (u32)e) ||
		    histogram_octave(histogram_query_cost(t->costs, KIND_PROCESS), (u32)e))
			return e < BUCKET_MAX_EXP - HISTOGRAM_LINES
				       ? e
				       : BUCKET_MAX_EXP - HISTOGRAM_LINES;
	return 8;
}

static void draw_pane(const struct top *t)
{
	int y = LINES - FOOT_LINES - HISTOGRAM_LINES, half = COLS / 2;

	draw_histogram(t, y, 0, half - 1, KIND_THREAD, first_octave(t));
	draw_histogram(t, y, half, COLS - half, KIND_PROCESS, first_octave(t));
}

static void draw_help(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(help_lines); i++)
		if ((int)i + HEAD_LINES - 1 < LINES - FOOT_LINES)
			put((int)i + HEAD_LINES - 1, 2, "%s", help_lines[i]);
}

static void draw_foot(const struct top *t)
{
	attrset(A_DIM);
	put(LINES - 1, 0, "%s",
	    t->help ? "any key: back"
		    : "Enter in  Backspace out  < > sort  / filter  h hist  p pause  ? help  q "
		      "quit");
	attrset(A_NORMAL);
}

void top_draw(struct top *t)
{
	erase();
	draw_head(t);
	draw_trust(t);
	draw_answer(t);
	if (t->help) {
		draw_help();
	} else {
		draw_path(t);
		draw_list(t);
		if (has_pane(t))
			draw_pane(t);
	}
	draw_foot(t);
	refresh();
}
