// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "page/svg.h"

#include <math.h>
#include <stdio.h>

#include "page/html.h"

void svg_begin(int height, const char *label)
{
	printf("<svg viewBox=\"0 0 %d %d\" role=\"img\" xmlns=\"http://www.w3.org/2000/svg\" "
	       "aria-label=\"",
	       SVG_WIDTH, height);
	html_text(label);
	puts("\">");
}

void svg_text(double x, double y, const char *anchor, const char *text)
{
	printf("<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">", x, y, anchor);
	html_text(text);
	puts("</text>");
}

void svg_key(double x, double step, const char *const *names, const char *const *classes, size_t n)
{
	for (size_t i = 0; i < n; i++, x += step) {
		printf("<rect class=\"%s key\" x=\"%.0f\" y=\"4\" width=\"10\" height=\"10\"/>",
		       classes[i], x);
		svg_text(x + 15, 13, "start", names[i]);
	}
}

void svg_across(int left, int right, double y)
{
	printf("<line class=\"axis\" x1=\"%d\" y1=\"%.1f\" x2=\"%d\" y2=\"%.1f\"/>", left, y, right,
	       y);
}

void svg_down(double x, int top, int bottom)
{
	printf("<line class=\"axis\" x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\"/>", x, top, x,
	       bottom);
}

double svg_round_up(double v)
{
	double power = pow(10, floor(log10(v > 0 ? v : 1))), digits = v / power;

	return (digits <= 1 ? 1 : digits <= 2 ? 2 : digits <= 5 ? 5 : 10) * power;
}
