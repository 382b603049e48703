/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Parts of the pictures of a page: inline SVG, printed on standard output. */
#ifndef TVTRACE_PAGE_SVG_H
#define TVTRACE_PAGE_SVG_H

#include <stddef.h>

enum { SVG_WIDTH = 900 };

/* Begins a picture that is SVG_WIDTH wide; the label says what it shows. It ends with </svg>. */
void svg_begin(int height, const char *label);

/* The anchor is start, middle or end. */
void svg_text(double x, double y, const char *anchor, const char *text);

/* Prints what the colours of n classes mean, on a line at the top, from x on and a step apart. */
void svg_key(double x, double step, const char *const *names, const char *const *classes, size_t n);

/* Lines that belong to an axis: from the left to the right, and downwards. */
void svg_across(int left, int right, double y);
void svg_down(double x, int top, int bottom);

/* Rounds up to 1, 2 or 5 times a power of ten. */
double svg_round_up(double v);

#endif
