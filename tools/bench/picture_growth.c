// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* How much more a switch of processes costs, by how much memory each task uses. */
#include <math.h>
#include <stdio.h>

#include "bench/cells.h"
#include "bench/chart.h"
#include "bench/pictures.h"
#include "common/array.h"
#include "common/format.h"
#include "page/html.h"
#include "page/svg.h"

enum {
	HEIGHT = 280,
	LEFT = 70,
	RIGHT = 20,
	TOP = 28,
	BOTTOM = 28,
	KEY_STEP = 180,
	NR_TICKS = 5,
	NR_SERIES = 2,
	NR_SIZES = 4,
	RADIUS = 5,
};

static const char *const names[NR_SERIES] = {"by the tasks' clock", "by tvtraced"};
static const char *const classes[NR_SERIES] = {"kthread", "kthread said"};

/* The rows of switches that differ in nothing but the memory that the tasks use, and how much. */
static const struct size {
	size_t row;
	const char *name;
} sizes[NR_SIZES] = {{SWITCH_YIELD, "none"},
		     {SWITCH_TOUCHING_64_KIB, "64 KiB"},
		     {SWITCH_TOUCHING_1_MIB, "1 MiB"},
		     {SWITCH_TOUCHING_8_MIB, "8 MiB"}};

struct axis {
	double least, most, step;
};

static struct figure figure_at(const struct bench *b, size_t size, int series)
{
	const struct switch_row *r = &b->switches[sizes[size].row];
	const struct figure *thread = &r->said[SIDE_THREAD], *process = &r->said[SIDE_PROCESS];

	return !series ? r->more
		       : (struct figure){.value = process->value - thread->value,
					 .spread = process->spread + thread->spread};
}

/* All that is steady, and of the spread of what is not as much as shows that it is there. */
static struct axis axis_of(const struct bench *b)
{
	struct axis a = {0};

	for (size_t i = 0; i < NR_SIZES; i++)
		for (int series = 0; series < NR_SERIES; series++) {
			struct figure f = figure_at(b, i, series);
			double low = f.value - f.spread, high = f.value + f.spread;
			bool unsteady = figure_unsteady(&f);

			a.least = fmin(a.least, unsteady ? high : low);
			a.most = fmax(a.most, unsteady ? low : high);
		}
	a.step = svg_round_up((a.most - a.least) / NR_TICKS);
	a.least = floor(a.least / a.step) * a.step;
	a.most = fmax(ceil(a.most / a.step), 1) * a.step;
	return a;
}

/* Within the picture; what is beyond lies at its edge. */
static double y_of(const struct axis *a, double ns)
{
	double part = (ns - a->least) / (a->most - a->least);

	return TOP + (HEIGHT - TOP - BOTTOM) * (1 - fmax(0, fmin(1, part)));
}

static double x_of(size_t size, int series)
{
	return LEFT + (SVG_WIDTH - LEFT - RIGHT) * ((double)size + 0.5) / NR_SIZES +
	       (series ? 9 : -9);
}

/* Its spread stands in the table, and shows as a line. */
static const char *short_text(char out[FORMAT_LEN + 1], const struct figure *f)
{
	char value[FORMAT_LEN];

	if (isnan(f->value))
		return "not measured";
	if (figure_unsteady(f))
		return "unsteady";
	snprintf(out, FORMAT_LEN + 1, "%s%s", f->value < 0 ? "-" : "",
		 format_ns(value, fabs(f->value)));
	return out;
}

static void print_axes(const struct axis *a)
{
	for (int i = 0; i <= lround((a->most - a->least) / a->step); i++) {
		double ns = a->least + i * a->step;
		const struct figure tick = {.value = fabs(ns) < a->step / 2 ? 0 : ns};
		char text[FORMAT_LEN + 1];

		svg_across(LEFT, SVG_WIDTH - RIGHT, y_of(a, ns));
		svg_text(LEFT - 6, y_of(a, ns) + 4, "end", short_text(text, &tick));
	}
	for (size_t i = 0; i < NR_SIZES; i++)
		svg_text((x_of(i, 0) + x_of(i, 1)) / 2, HEIGHT - BOTTOM + 18, "middle",
			 sizes[i].name);
}

static void print_point(const struct axis *a, size_t size, int series, const struct figure *f)
{
	double x = x_of(size, series), y = y_of(a, 0) - 8;
	char cell[CELL], text[FORMAT_LEN + 1];

	printf("<g><title>%s, %s: %s</title>", sizes[size].name, names[series], cell_of(cell, f));
	if (!isnan(f->value)) {
		double top = y_of(a, f->value + f->spread), bottom = y_of(a, f->value - f->spread);

		y = (top + bottom) / 2;
		chart_spread_down(f, x, top, bottom);
	}
	if (!figure_unsteady(f)) {
		y = y_of(a, f->value);
		printf("<circle class=\"%s\" cx=\"%.2f\" cy=\"%.2f\" r=\"%d\"/>", classes[series],
		       x, y, RADIUS);
	}
	svg_text(x + (series ? 9 : -9), y + 4, series ? "start" : "end", short_text(text, f));
	puts("</g>");
}

/* Lines join what is steady and follows each other. */
static void print_series(const struct bench *b, const struct axis *a, int series)
{
	for (size_t i = 0; i + 1 < NR_SIZES; i++) {
		struct figure f = figure_at(b, i, series), next = figure_at(b, i + 1, series);

		if (!figure_unsteady(&f) && !figure_unsteady(&next))
			printf("<path class=\"join\" d=\"M%.2f,%.2f L%.2f,%.2f\"/>",
			       x_of(i, series), y_of(a, f.value), x_of(i + 1, series),
			       y_of(a, next.value));
	}
	for (size_t i = 0; i < NR_SIZES; i++) {
		struct figure f = figure_at(b, i, series);

		print_point(a, i, series, &f);
	}
}

void picture_growth(const struct bench *b)
{
	struct axis a = axis_of(b);

	svg_begin(HEIGHT,
		  "How much more a switch of processes costs, by the memory that each uses");
	svg_key(LEFT, KEY_STEP, names, classes, NR_SERIES);
	print_axes(&a);
	for (int series = 0; series < NR_SERIES; series++)
		print_series(b, &a, series);
	puts("</svg>");
}
