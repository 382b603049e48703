// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * How far what was measured is from what the claims say: on one logarithmic scale, on which 1 is
 * the middle of what a claim says.
 */
#include <math.h>
#include <stdio.h>

#include "bench/cells.h"
#include "bench/pictures.h"
#include "page/html.h"
#include "page/svg.h"

enum {
	LEFT = 90,
	RIGHT = 30,
	TOP = 4,
	BOTTOM = 24,
	TITLE = 20, /* height of a claim's text */
	PITCH = 16, /* of one of its parts */
	GAP = 12,
	THICK = 10,
	RADIUS = 5,
	DECADES = 2, /* in each direction */
};

static const char *const verdict_classes[] = {
	[CLAIM_HOLDS] = "holds", [CLAIM_DOES_NOT] = "fails", [CLAIM_UNSTEADY] = "idle"};

/* In times of what the claim says; what is beyond the scale lies at its edge. */
static double x_of(double times)
{
	double part = times > 0 ? log10(times) / (2 * DECADES) + 0.5 : 0;

	return LEFT + (SVG_WIDTH - LEFT - RIGHT) * fmax(0, fmin(1, part));
}

static double middle_of(const struct claim_part *p)
{
	return p->least > 0 ? sqrt(p->least * p->most) : p->most;
}

static void print_part(const struct claim_row *c, const struct claim_part *p, double y)
{
	double left = x_of(p->least / middle_of(p)), right = x_of(p->most / middle_of(p));
	double x = x_of(p->value / middle_of(p));

	svg_text(LEFT - 10, y + 4, "end", p->of);
	printf("<rect class=\"claimed\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%d\"/>", left,
	       y - THICK / 2.0, right - left, THICK);
	if (isnan(p->value))
		svg_text(right + 8, y + 4, "start", "not measured");
	else if (c->verdict == CLAIM_UNSTEADY)
		printf("<circle class=\"spread unsteady\" cx=\"%.1f\" cy=\"%.1f\" r=\"%d\"/>", x, y,
		       RADIUS);
	else
		printf("<circle class=\"%s\" cx=\"%.1f\" cy=\"%.1f\" r=\"%d\"/>",
		       verdict_classes[c->verdict], x, y, RADIUS);
}

static int height_of(const struct claim_row *c)
{
	return TITLE + (int)c->nr_parts * PITCH + GAP;
}

static void print_claim(const struct claim_row *c, double y)
{
	fputs("<g><title>", stdout);
	html_text(c->here);
	fputs("</title>", stdout);
	svg_text(0, y + 14, "start", c->claim);
	printf("<g class=\"verdict %s\">", verdict_classes[c->verdict]);
	svg_text(SVG_WIDTH, y + 14, "end", verdict_words[c->verdict]);
	fputs("</g>", stdout);
	for (size_t i = 0; i < c->nr_parts; i++)
		print_part(c, &c->parts[i], y + TITLE + PITCH * ((double)i + 0.5));
	puts("</g>");
}

static void print_axis(int bottom)
{
	static const char *const ticks[2 * DECADES + 1] = {"1/100", "1/10", "as it says",
							   "10 times", "100 times"};

	for (int i = 0; i < 2 * DECADES + 1; i++) {
		double x = x_of(pow(10, i - DECADES));

		svg_down(x, TOP + TITLE, bottom);
		svg_text(x, bottom + 16, "middle", ticks[i]);
	}
}

void picture_claims(const struct bench *b)
{
	int bottom = TOP;
	double y = TOP;

	for (size_t i = 0; i < NR_CLAIMS; i++)
		bottom += height_of(&b->claims[i]);
	svg_begin(bottom + BOTTOM, "What the chapter says, and what was measured here");
	print_axis(bottom);
	for (size_t i = 0; i < NR_CLAIMS; y += height_of(&b->claims[i++]))
		print_claim(&b->claims[i], y);
	puts("</svg>");
}
