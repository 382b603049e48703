// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "screen.h"

#include <errno.h>
#include <locale.h>
#include <ncurses.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "alloc.h"
#include "canvas.h"
#include "view.h"

struct screen {
	SCREEN *terminal;
	attr_t styles[NR_STYLES];
};

/* For exit() in the middle of things, as on memory exhaustion. */
static void restore(void)
{
	if (!isendwin())
		endwin();
}

static void choose_styles(struct screen *s)
{
	const char *no_color = getenv("NO_COLOR");

	s->styles[STYLE_HEADING] = A_BOLD;
	s->styles[STYLE_WARNING] = A_BOLD;
	/* See no-color.org: any value that is not empty. */
	if ((no_color && *no_color) || !has_colors())
		return;
	start_color();
	use_default_colors();
	init_pair(1, COLOR_GREEN, -1);
	init_pair(2, COLOR_YELLOW, -1);
	init_pair(3, COLOR_RED, -1);
	s->styles[STYLE_DIM] = A_DIM;
	s->styles[STYLE_THREAD] = COLOR_PAIR(1);
	s->styles[STYLE_PROCESS] = COLOR_PAIR(2);
	s->styles[STYLE_WARNING] = COLOR_PAIR(3) | A_BOLD;
}

int screen_open(struct screen **out)
{
	const char *term = getenv("TERM");
	struct screen *s;
	SCREEN *terminal;

	if (!term || !*term || !strcmp(term, "dumb"))
		return -ENOTTY;
	setlocale(LC_CTYPE, "");
	/* initscr() would end the process where the terminal is not known. */
	terminal = newterm(NULL, stdout, stdin);
	if (!terminal)
		return -ENOTTY;
	s = xcalloc(1, sizeof(*s));
	s->terminal = terminal;
	atexit(restore);
	cbreak();
	noecho();
	nodelay(stdscr, TRUE);
	keypad(stdscr, FALSE);
	curs_set(0);
	choose_styles(s);
	*out = s;
	return 0;
}

static void put_text(void *sink, enum style style, const char *utf8)
{
	const struct screen *s = sink;

	attrset((int)s->styles[style]);
	addstr(utf8);
}

static void next_line(void *sink)
{
	int y = getcury(stdscr);

	(void)sink;
	if (y + 1 < LINES)
		move(y + 1, 0);
}

void screen_draw(struct screen *s, const struct publication *p)
{
	/* One column less: writing to the last cell of the last line would scroll some terminals.
	 */
	struct canvas c = {.width = COLS - 1,
			   .height = LINES,
			   .text = put_text,
			   .end_line = next_line,
			   .sink = s};

	erase();
	move(0, 0);
	view_draw(&c, p);
	refresh();
}

void screen_resize(struct screen *s)
{
	struct winsize size;

	(void)s;
	if (!ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) && size.ws_row && size.ws_col)
		resizeterm(size.ws_row, size.ws_col);
	clear();
}

bool screen_wants_quit(struct screen *s)
{
	bool quit = false;
	int key;

	(void)s;
	while ((key = getch()) != ERR)
		quit = quit || key == 'q' || key == 'Q';
	return quit;
}

void screen_close(struct screen *s)
{
	if (!s)
		return;
	restore();
	delscreen(s->terminal);
	free(s);
}
