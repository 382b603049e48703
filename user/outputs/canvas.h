/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Lines of styled text, cut to the width of their output (a terminal or plain text). */
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
	int height; /* 0: unlimited */
	void (*text)(void *sink, enum style style, const char *utf8);
	void (*end_line)(void *sink);
	void *sink;
	int column; /* private: column of the next text */
	int line;
};

/* Adds text and cuts it at the right edge. */
void canvas_print(struct canvas *c, enum style style, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Adds printable UTF-8 text, cut or padded on the right to exactly `columns` columns. */
void canvas_print_field(struct canvas *c, enum style style, const char *utf8, int columns);

void canvas_end_line(struct canvas *c);

/* Returns the number of lines left; INT_MAX when the canvas has no height limit. */
int canvas_lines_left(const struct canvas *c);

#endif
