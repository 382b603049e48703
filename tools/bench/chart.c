// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "bench/chart.h"

#include <math.h>
#include <stdio.h>

#include "bench/cells.h"
#include "common/format.h"
#include "page/html.h"
#include "page/svg.h"

enum {
	LEFT = 170,
	RIGHT = 140, /* room for what stands behind the longest bar */
	TOP = 28,
	BOTTOM = 24,
	PITCH = 15, /* from one mark to the next */
	THICK = 11,
	GAP = 9, /* between groups */
	KEY_STEP = 140,
	NR_TICKS = 6,
	CAP = 3,
	RADIUS = 5,
};

struct scale {
	double least, most;
	double (*part)(const struct scale *s, double ns); /* 0 .. 1 along it, and beyond */
};

static double linear_part(const struct scale *s, double ns)
{
	return (ns - s->least) / (s->most - s->least);
}

static double logarithmic_part(const struct scale *s, double ns)
{
	return ns > 0 ? log(ns / s->least) / log(s->most / s->least) : 0;
}

static double x_of(const struct scale *s, double ns)
{
	return LEFT + (SVG_WIDTH - LEFT - RIGHT) * fmax(0, fmin(1, s->part(s, ns)));
}

static double spread_of(const struct figure *f)
{
	return isnan(f->spread) ? 0 : f->spread;
}

static void take_in(struct scale *s, double least, double most)
{
	if (least > 0 && (isnan(s->least) || least < s->least))
		s->least = least;
	if (most > 0 && (isnan(s->most) || most > s->most))
		s->most = most;
}

/* All that is steady, and of the spread of what is not as much as shows that it is there. */
static struct scale limits(const struct chart *c)
{
	struct scale s = {.least = NAN, .most = NAN};

	for (size_t i = 0; i < c->nr_marks; i++) {
		const struct figure *f = &c->marks[i].figure;
		double low = f->value - spread_of(f), high = f->value + spread_of(f);

		if (figure_unsteady(f))
			take_in(&s, high, low);
		else
			take_in(&s, low, high);
	}
	if (isnan(s.least))
		s.least = 1;
	if (isnan(s.most))
		s.most = s.least;
	return s;
}

static int height_of(const struct chart *c)
{
	int height = TOP + BOTTOM;

	for (size_t i = 0; i < c->nr_marks; i++)
		height += PITCH + (c->marks[i].label ? GAP : 0);
	return height;
}

static void print_tick(const struct scale *s, double ns, int bottom)
{
	double x = x_of(s, ns);
	char text[FORMAT_LEN];

	svg_down(x, TOP, bottom);
	svg_text(x, bottom + 16, "middle", format_ns(text, ns));
}

/* An unsteady one may go beyond the picture, and has no ends. */
void chart_spread_across(const struct figure *f, double left, double right, double y)
{
	bool unsteady = figure_unsteady(f);

	printf("<path class=\"spread%s\" d=\"M%.1f,%.1f H%.1f", unsteady ? " unsteady" : "", left,
	       y, right);
	if (!unsteady)
		printf(" M%.1f,%.1f v%d M%.1f,%.1f v%d", left, y - CAP, 2 * CAP, right, y - CAP,
		       2 * CAP);
	fputs("\"/>", stdout);
}

void chart_spread_down(const struct figure *f, double x, double top, double bottom)
{
	bool unsteady = figure_unsteady(f);

	printf("<path class=\"spread%s\" d=\"M%.1f,%.1f V%.1f", unsteady ? " unsteady" : "", x, top,
	       bottom);
	if (!unsteady)
		printf(" M%.1f,%.1f h%d M%.1f,%.1f h%d", x - CAP, top, 2 * CAP, x - CAP, bottom,
		       2 * CAP);
	fputs("\"/>", stdout);
}

static void print_bar(const struct scale *s, const struct mark *m, double y)
{
	printf("<rect class=\"%s\" x=\"%d\" y=\"%.1f\" width=\"%.2f\" height=\"%d\"/>", m->class,
	       LEFT, y - THICK / 2.0, x_of(s, m->figure.value) - LEFT, THICK);
}

static void print_dot(const struct scale *s, const struct mark *m, double y)
{
	printf("<circle class=\"%s\" cx=\"%.2f\" cy=\"%.1f\" r=\"%d\"/>", m->class,
	       x_of(s, m->figure.value), y, RADIUS);
}

typedef void shape(const struct scale *s, const struct mark *m, double y);

static void print_mark(const struct scale *s, const struct mark *m, const char *label, double y,
		       shape *print)
{
	const struct figure *f = &m->figure;
	double end = LEFT;
	char cell[CELL];
	const char *text = !isnan(f->value) ? cell_of(cell, f)
			   : m->missing	    ? m->missing
					    : "not measured";

	fputs("<g><title>", stdout);
	html_text(label);
	printf(", %s: ", m->of);
	html_text(text);
	fputs("</title>", stdout);
	if (!isnan(f->value) && !figure_unsteady(f))
		print(s, m, y);
	if (!isnan(f->value)) {
		end = x_of(s, f->value + spread_of(f));
		if (!isnan(f->spread))
			chart_spread_across(f, x_of(s, f->value - f->spread), end, y);
	}
	svg_text(end + RADIUS + 3, y + 4, "start", text);
	puts("</g>");
}

static void print_marks(const struct chart *c, const struct scale *s, shape *print)
{
	const char *label = "";
	double y = TOP - GAP / 2.0;

	for (size_t i = 0; i < c->nr_marks; i++, y += PITCH) {
		size_t together = 1;

		if (c->marks[i].label) {
			label = c->marks[i].label;
			while (i + together < c->nr_marks && !c->marks[i + together].label)
				together++;
			y += GAP;
			svg_text(LEFT - 10, y + (double)together * PITCH / 2 + 4, "end", label);
		}
		print_mark(s, &c->marks[i], label, y + PITCH / 2.0, print);
	}
}

static void begin(const struct chart *c)
{
	svg_begin(height_of(c), c->title);
	svg_key(LEFT, KEY_STEP, c->names, c->classes, c->nr_keys);
}

void chart_bars(const struct chart *c)
{
	struct scale s = limits(c);
	double step = svg_round_up(s.most / NR_TICKS);
	int n = (int)ceil(s.most / step);

	s = (struct scale){.least = 0, .most = n * step, .part = linear_part};
	begin(c);
	for (int i = 0; i <= n; i++)
		print_tick(&s, i * step, height_of(c) - BOTTOM);
	print_marks(c, &s, print_bar);
	puts("</svg>");
}

void chart_dots(const struct chart *c)
{
	struct scale s = limits(c);
	int first = (int)floor(log10(s.least)), last = (int)ceil(log10(s.most));

	last = last > first ? last : first + 1;
	s = (struct scale){
		.least = pow(10, first), .most = pow(10, last), .part = logarithmic_part};
	begin(c);
	for (int i = first; i <= last; i++)
		print_tick(&s, pow(10, i), height_of(c) - BOTTOM);
	print_marks(c, &s, print_dot);
	puts("</svg>");
}
