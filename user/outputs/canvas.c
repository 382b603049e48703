// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "outputs/canvas.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/text.h"

enum { LINE_BYTES = 1024 };

int canvas_lines_left(const struct canvas *c)
{
	return c->height ? c->height - c->line : INT_MAX;
}

static void put(struct canvas *c, enum style style, char *utf8)
{
	if (canvas_lines_left(c) <= 0)
		return;
	text_cut(utf8, c->width - c->column);
	if (!*utf8)
		return;
	c->column += (int)text_columns(utf8);
	c->text(c->sink, style, utf8);
}

void canvas_print(struct canvas *c, enum style style, const char *format, ...)
{
	char text[LINE_BYTES];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	put(c, style, text);
}

void canvas_print_field(struct canvas *c, enum style style, const char *utf8, int columns)
{
	char text[LINE_BYTES];
	int width;

	snprintf(text, sizeof(text), "%s", utf8);
	text_cut(text, columns);
	width = (int)text_columns(text);
	put(c, style, text);
	canvas_print(c, STYLE_PLAIN, "%*s", columns - width, "");
}

void canvas_end_line(struct canvas *c)
{
	if (canvas_lines_left(c) > 0)
		c->end_line(c->sink);
	c->line++;
	c->column = 0;
}
