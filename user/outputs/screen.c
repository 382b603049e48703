// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "outputs/screen.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "common/alloc.h"
#include "common/clock.h"
#include "common/messages.h"
#include "common/terminal.h"
#include "common/terminal_guard.h"
#include "common/text.h"
#include "outputs/canvas.h"
#include "outputs/view.h"

/* How long a message stays on the screen. */
#define MESSAGE_NS (30 * NSEC_PER_SEC)

enum {
	MESSAGE_BYTES = 512,  /* of a message's last line */
	HELD_BYTES = 1 << 16, /* all messages held back until the terminal is given back */
	KEYS_BYTES = 64,      /* bytes per read */
	MOST_READS = 16,      /* reads of keys in one call of screen_keys() */
	LEAVE_PATIENCE_MS = 1000,
	ESCAPE = 27,
};

struct live_screen {
	SCREEN *ncurses;
	FILE *drawn; /* file in memory: ncurses' output that the stream has not got yet */
	struct stream *stream;
	struct termios before;
	bool has_termios; /* `before` is valid, and the modes were changed */
	bool given_back;
	attr_t styles[NR_STYLES];
	struct top_groups top; /* of the publication made at drawn_ns */
	u64 drawn_ns;
	char message[MESSAGE_BYTES];
	off_t message_end; /* offset behind the messages read so far */
	u64 message_until_ns;
};

/*
 * For restore_at_exit(), when exit() is called while the view is open, e.g. on memory exhaustion.
 */
static struct live_screen *open_screen;

/* Clearing IXON for a moment resumes output that Ctrl-S has stopped. */
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

/*
 * Makes keys available at once and without echo, and makes reads of keys never block. TCSANOW does
 * not wait for pending output, either.
 */
static void set_modes(struct live_screen *s)
{
	struct termios t;

	s->has_termios = !tcgetattr(STDIN_FILENO, &s->before);
	if (!s->has_termios)
		return;
	t = s->before;
	t.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
	t.c_cc[VMIN] = 0;
	t.c_cc[VTIME] = 0;
	tcsetattr(STDIN_FILENO, TCSANOW, &t);
}

static void restore_modes(const struct live_screen *s)
{
	if (s->has_termios)
		tcsetattr(STDIN_FILENO, TCSANOW, &s->before);
}

static void restore_at_exit(void)
{
	if (!open_screen || open_screen->given_back)
		return;
	start_output();
	restore_modes(open_screen);
	terminal_guard_write_leave();
	terminal_guard_take(false);
	messages_release();
}

/* Passes ncurses' output on to the stream. */
static void submit(struct live_screen *s)
{
	int fd = fileno(s->drawn);
	off_t len = lseek(fd, 0, SEEK_CUR);
	char *data;

	if (len <= 0)
		return;
	data = xcalloc(1, (size_t)len);
	if (pread(fd, data, (size_t)len, 0) == len)
		stream_submit(s->stream, data, (size_t)len);
	else
		free(data);
	lseek(fd, 0, SEEK_SET);
}

/* Reads the last line of the messages held since the last call. */
static void read_messages(struct live_screen *s, u64 now_ns)
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
	snprintf(s->message, sizeof(s->message), "%s", line);
	text_disarm(s->message);
	s->message_until_ns = now_ns + MESSAGE_NS;
	if (s->message_end > HELD_BYTES && !ftruncate(STDERR_FILENO, 0))
		s->message_end = 0;
}

static void choose_styles(struct live_screen *s, bool colors)
{
	s->styles[STYLE_HEADING] = A_BOLD;
	s->styles[STYLE_WARNING] = A_BOLD;
	if (!colors)
		return;
	s->styles[STYLE_DIM] = A_DIM;
	s->styles[STYLE_THREAD] = COLOR_PAIR(PAIR_THREAD);
	s->styles[STYLE_PROCESS] = COLOR_PAIR(PAIR_PROCESS);
	s->styles[STYLE_WARNING] = COLOR_PAIR(PAIR_WARNING) | A_BOLD;
}

/* tcgetpgrp() fails on a terminal that is not our controlling one, which has no job control. */
static bool in_foreground(void)
{
	pid_t group = tcgetpgrp(STDOUT_FILENO);

	return group < 0 || group == getpgrp();
}

static bool get_size(struct winsize *size)
{
	return !ioctl(STDOUT_FILENO, TIOCGWINSZ, size) && size->ws_row && size->ws_col;
}

static void set_size(void)
{
	struct winsize size;

	/* resizeterm() would also put a key into ncurses' queue. */
	if (get_size(&size))
		resize_term(size.ws_row, size.ws_col);
}

/*
 * ncurses draws to a file in memory, which has no size, so it takes its initial size from these
 * variables.
 */
static void tell_size(void)
{
	struct winsize size;
	char number[16];

	if (!get_size(&size))
		return;
	snprintf(number, sizeof(number), "%u", size.ws_row);
	setenv("LINES", number, true);
	snprintf(number, sizeof(number), "%u", size.ws_col);
	setenv("COLUMNS", number, true);
}

static int open_memory(FILE **file)
{
	int fd = memfd_create("tvtraced screen", MFD_CLOEXEC);

	*file = fd < 0 ? NULL : fdopen(fd, "w");
	if (*file)
		return 0;
	if (fd >= 0)
		close(fd);
	return -errno;
}

static void take_terminal(struct live_screen *s)
{
	terminal_guard_take(true);
	set_modes(s);
	messages_hold();
	s->given_back = false;
}

int screen_open(struct live_screen **out, struct stream *stream)
{
	struct live_screen *s;
	bool colors;
	int err;

	if (!terminal_is_drivable() || !in_foreground())
		return -ENOTTY;
	s = xcalloc(1, sizeof(*s));
	tell_size();
	err = open_memory(&s->drawn);
	if (!err) {
		s->ncurses = terminal_open(s->drawn, stdin, &colors);
		err = s->ncurses ? 0 : -ENOTTY;
	}
	if (err) {
		if (s->drawn)
			fclose(s->drawn);
		free(s);
		return err;
	}
	/* We read the keys ourselves, so ncurses must not check for typeahead. */
	typeahead(-1);
	choose_styles(s, colors);
	s->stream = stream;
	open_screen = s;
	atexit(restore_at_exit);
	take_terminal(s);
	*out = s;
	return 0;
}

static void put_text(void *sink, enum style style, const char *utf8)
{
	const struct live_screen *s = sink;

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

static void draw_message(struct live_screen *s)
{
	struct canvas c = {
		.width = COLS - 1, .height = 1, .text = put_text, .end_line = next_line, .sink = s};

	move(LINES - 1, 0);
	clrtoeol();
	canvas_print(&c, STYLE_WARNING, "%s", s->message);
}

void screen_draw(struct live_screen *s, const struct publication *p)
{
	/*
	 * Leave one column: writing to the last cell of the last line would scroll some terminals.
	 */
	struct canvas c = {.width = COLS - 1,
			   .height = LINES,
			   .text = put_text,
			   .end_line = next_line,
			   .sink = s};

	/*
	 * On a redraw of the same publication, keep the rows: the growth of its groups has been
	 * forgotten.
	 */
	if (p->now.time_ns != s->drawn_ns)
		view_find_top(&s->top, p);
	s->drawn_ns = p->now.time_ns;
	/*
	 * ncurses writes only the difference to the last drawing, so none may be dropped on the
	 * way.
	 */
	if (s->given_back || !stream_is_idle(s->stream))
		return;
	read_messages(s, p->now.time_ns);
	erase();
	move(0, 0);
	if (s->message[0])
		c.height = LINES > 1 ? LINES - 1 : 1;
	view_draw(&c, p, &s->top);
	if (s->message[0])
		draw_message(s);
	refresh();
	submit(s);
}

void screen_resize(struct live_screen *s)
{
	(void)s;
	set_size();
	clear();
}

/* Returns the length of a key whose first byte is ESC: a cursor key, or a key with Alt. */
static size_t escape_len(const char *keys, size_t n)
{
	size_t len = 2;

	if (n < 2)
		return n;
	if (keys[1] == 'O')
		return n < 3 ? n : 3;
	if (keys[1] != '[')
		return 2;
	/* By ECMA-48, a control sequence ends with a byte from 0x40 to 0x7e. */
	while (len < n && (keys[len] < 0x40 || keys[len] > 0x7e))
		len++;
	return len < n ? len + 1 : n;
}

static bool has_quit(const char *keys, size_t n)
{
	for (size_t i = 0; i < n; i += keys[i] == ESCAPE ? escape_len(keys + i, n - i) : 1)
		if (keys[i] == 'q' || keys[i] == 'Q')
			return true;
	return false;
}

static bool is_hung_up(void)
{
	struct pollfd p = {.fd = STDIN_FILENO, .events = POLLIN};

	return poll(&p, 1, 0) == 1 && p.revents & (POLLHUP | POLLERR | POLLNVAL);
}

enum screen_keys screen_keys(struct live_screen *s)
{
	char keys[KEYS_BYTES];
	ssize_t n = 1;

	(void)s;
	for (int i = 0; i < MOST_READS && n > 0; i++) {
		n = read(STDIN_FILENO, keys, sizeof(keys));
		if (n > 0 && has_quit(keys, (size_t)n))
			return SCREEN_QUIT;
		if (n < 0 && errno != EINTR && errno != EAGAIN)
			return SCREEN_GONE;
	}
	/* read() returns no bytes both when no key was pressed and after a hang-up. */
	return is_hung_up() ? SCREEN_GONE : SCREEN_NO_KEY;
}

bool screen_has_terminal(const struct live_screen *s)
{
	return !s->given_back;
}

void screen_suspend(struct live_screen *s)
{
	if (s->given_back)
		return;
	start_output();
	endwin();
	submit(s);
	restore_modes(s);
	/*
	 * What is printed next belongs on the normal screen, so wait until the terminal has left
	 * the live view's screen.
	 */
	stream_wait_idle(s->stream, LEAVE_PATIENCE_MS);
	messages_release();
	s->given_back = true;
	terminal_guard_take(false);
}

bool screen_resume(struct live_screen *s)
{
	if (!in_foreground())
		return false;
	take_terminal(s);
	s->message_end = 0;
	set_size();
	clear();
	return true;
}

void screen_close(struct live_screen *s)
{
	if (!s)
		return;
	screen_suspend(s);
	open_screen = NULL;
	delscreen(s->ncurses);
	fclose(s->drawn);
	free(s);
}
