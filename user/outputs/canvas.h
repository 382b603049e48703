/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Lines of styled text that are never wider than what they go to, whatever that is. */
#ifndef TVTRACED_OUTPUTS_CANVAS_H
#define TVTRACED_OUTPUTS_CANVAS_H

enum style {
	STYLE_PLAIN,
	STYLE_DIM,
	STYLE_HEADING,
	STYLE_THREAD,
	STYLE_PROCESS,
	STYLE_WARNING,
	NR_STYLES,
};

struct canvas {
	int width;
	int height; /* 0: as many lines as it takes */
	void (*text)(void *sink, enum style style, const char *utf8);
	void (*end_line)(void *sink);
	void *sink;
	int column; /* the canvas' own: where the next text goes */
	int line;
};

/* Adds text, cut at the right edge. */
void canvas_print(struct canvas *c, enum style style, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Adds printable UTF-8 text in exactly `columns` columns, cut or padded on the right. */
void canvas_print_field(struct canvas *c, enum style style, const char *utf8, int columns);

void canvas_end_line(struct canvas *c);

/* Lines that are left, INT_MAX without a height. */
int canvas_lines_left(const struct canvas *c);

#endif
