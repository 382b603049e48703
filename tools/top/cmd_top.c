// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* `top`: a full-screen view of applications, of their thread groups, and of the groups' threads. */
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/command.h"
#include "client/interrupt.h"
#include "common/arguments.h"
#include "common/clock.h"
#include "common/error.h"
#include "common/messages.h"
#include "common/terminal.h"
#include "common/terminal_guard.h"
#include "lists/listing.h"
#include "protocol.h"
#include "top/top.h"

enum { OPTION_SOCKET = 512, DEFAULT_INTERVAL_S = 2 };

struct top_command {
	const char *socket;
	u64 interval_ns;
};
static void leave_screen(void)
{
	if (!isendwin())
		endwin();
	terminal_guard_take(false);
}

static int open_screen(void)
{
	bool colors;

	terminal_guard_take(true);
	if (!terminal_open(stdout, stdin, &colors)) {
		terminal_guard_take(false);
		return fail(CLIENT_FAILED,
			    "top: this terminal cannot be driven (TERM=%s); use tvtrace "
			    "groups -i 2",
			    getenv("TERM") ? getenv("TERM") : "");
	}
	atexit(leave_screen);
	cbreak();
	keypad(stdscr, TRUE);
	set_escdelay(50);
	return CLIENT_OK;
}

/* Waits until a key is pressed, the terminal is resized, or the next refresh is due. */
static void wait_for_something(const struct top *t)
{
	struct pollfd p = {.fd = STDIN_FILENO, .events = POLLIN};
	u64 now = clock_ns();
	int ms = t->due_ns > now ? (int)((t->due_ns - now) / 1000000 + 1) : 0;

	poll(&p, 1, t->paused ? -1 : ms);
	/* The terminal has been closed. */
	if (p.revents & (POLLHUP | POLLERR))
		raise(SIGHUP);
}

static int loop(struct top *t)
{
	int status = top_enter(t);

	while (!status && !t->quit && !interrupted()) {
		top_draw(t);
		wait_for_something(t);
		status = top_keys(t);
		if (status || t->paused || clock_ns() < t->due_ns)
			continue;
		status = top_refresh(t);
		t->due_ns = clock_ns() + t->interval_ns;
	}
	return status;
}

static int show(void *ctx)
{
	const struct top_command *c = ctx;
	struct top t = {.interval_ns = c->interval_ns};
	int status;

	for (int level = 0; level < NR_LEVELS; level++)
		t.sort[level] = (size_t)(listing_find(levels[level].columns,
						      levels[level].nr_columns, "cpu_share") -
					 levels[level].columns);
	interrupt_catch();
	/* Connect first: if that fails, the screen need not be opened. */
	status = session_open(&t.session, c->socket);
	if (!status)
		status = open_screen();
	if (!status) {
		/* Messages are held back until the screen has been closed. */
		messages_hold();
		status = loop(&t);
		leave_screen();
		messages_release();
	}
	top_close(&t);
	session_close(t.session);
	return status;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct top_command *c = state->input;

	switch (key) {
	case 'i':
		c->interval_ns = arguments_seconds("interval", arg, 0.05, 3600);
		return 0;
	case OPTION_SOCKET:
		c->socket = arg;
		return 0;
	case ARGP_KEY_ARG:
		exit(fail(CLIENT_USAGE, "'%s': there is nothing to name here; see tvtrace help top",
			  arg));
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

int command_top(int argc, char **argv)
{
	static const struct argp_option options[] = {
		{"interval", 'i', "S", 0, "Ask every S seconds, 0.05 to 3600 (default: 2)", 0},
		{"socket", OPTION_SOCKET, "PATH", 0,
		 "Ask the tvtraced at PATH (default: " PROTOCOL_SOCKET ")", 0},
		{0}};
	static const struct argp argp = {
		.options = options,
		.parser = parse,
		.doc = "Applications, their thread groups, and their threads, full screen."
		       "\v"
		       "Keys: Enter goes in and Backspace out; < and > choose the column to sort "
		       "by; / "
		       "filters; h shows histograms, p pauses, ? tells all keys and what the "
		       "columns "
		       "mean, q quits."};
	struct top_command c = {PROTOCOL_SOCKET, DEFAULT_INTERVAL_S * NSEC_PER_SEC};

	arguments_parse(&argp, argc, argv, &c);
	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		return fail(CLIENT_USAGE, "top: needs a terminal; use tvtrace groups -i 2");
	return terminal_guard_run(show, &c, CLIENT_FAILED);
}
