// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "screen.h"

#include <errno.h>
#include <locale.h>
#include <ncurses.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "alloc.h"
#include "canvas.h"
#include "messages.h"
#include "text.h"
#include "view.h"

/* How long a message stays on the screen. */
#define MESSAGE_NS ((u64)30 * 1000000000)

enum {
	MESSAGE_BYTES = 512,  /* of its last line */
	HELD_BYTES = 1 << 16, /* of all messages that wait for the terminal to be free */
};

struct screen {
	SCREEN *terminal;
	attr_t styles[NR_STYLES];
	struct top_groups top; /* of the publication of drawn_ns */
	u64 drawn_ns;
	char message[MESSAGE_BYTES];
	off_t message_end; /* of what was said so far */
	u64 message_until_ns;
};

/* Whoever stopped the terminal (Ctrl-S), or reads it slowly, is not waited for. */
static bool takes_output(void)
{
	struct pollfd p = {.fd = STDOUT_FILENO, .events = POLLOUT};

	return poll(&p, 1, 0) > 0;
}

/* What Ctrl-S has stopped starts again when that key means nothing for a moment. */
static void start_output(void)
{
	struct termios before, t;

	if (tcgetattr(STDOUT_FILENO, &before))
		return;
	t = before;
	t.c_iflag &= ~(tcflag_t)IXON;
	tcsetattr(STDOUT_FILENO, TCSANOW, &t);
	tcsetattr(STDOUT_FILENO, TCSANOW, &before);
}

/* For exit() in the middle of things, as on memory exhaustion. */
static void restore(void)
{
	if (!isendwin()) {
		start_output();
		endwin();
	}
	messages_release();
}

/* Takes the last of what was said since the last call. */
static void read_messages(struct screen *s, u64 now_ns)
{
	char text[MESSAGE_BYTES];
	struct stat st;
	char *line;
	ssize_t n;

	if (now_ns >= s->message_until_ns)
		s->message[0] = '\0';
	if (!messages_held() || fstat(STDERR_FILENO, &st) || st.st_size <= s->message_end)
		return;
	if (st.st_size - s->message_end >= MESSAGE_BYTES)
		s->message_end = st.st_size - MESSAGE_BYTES + 1;
	n = pread(STDERR_FILENO, text, sizeof(text) - 1, s->message_end);
	if (n <= 0)
		return;
	s->message_end += n;
	while (n && text[n - 1] == '\n')
		n--;
	text[n] = '\0';
	line = strrchr(text, '\n');
	line = line ? line + 1 : text;
	name_escape(s->message, sizeof(s->message), line, strlen(line));
	s->message_until_ns = now_ns + MESSAGE_NS;
	if (s->message_end > HELD_BYTES && !ftruncate(STDERR_FILENO, 0))
		s->message_end = 0;
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
	/* The text that comes is UTF-8, whatever LANG says (sudo may drop it). */
	setlocale(LC_CTYPE, "C.UTF-8");
	/* initscr() would end the process where the terminal is not known. */
	terminal = newterm(NULL, stdout, stdin);
	if (!terminal)
		return -ENOTTY;
	s = xcalloc(1, sizeof(*s));
	s->terminal = terminal;
	atexit(restore);
	messages_hold();
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

static void draw_message(struct screen *s)
{
	struct canvas c = {
		.width = COLS - 1, .height = 1, .text = put_text, .end_line = next_line, .sink = s};

	move(LINES - 1, 0);
	clrtoeol();
	canvas_print(&c, STYLE_WARNING, "%s", s->message);
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

	/* The same one again, for a new size: what its groups grew by has been forgotten since. */
	if (p->now_ns != s->drawn_ns)
		view_find_top(&s->top, p);
	s->drawn_ns = p->now_ns;
	if (!takes_output())
		return;
	read_messages(s, p->now_ns);
	erase();
	move(0, 0);
	if (s->message[0])
		c.height = LINES > 1 ? LINES - 1 : 1;
	view_draw(&c, p, &s->top);
	if (s->message[0])
		draw_message(s);
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
