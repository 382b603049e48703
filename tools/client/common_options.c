// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "client/common_options.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "client/command.h"
#include "client/interrupt.h"
#include "common/arguments.h"
#include "common/clock.h"
#include "common/error.h"
#include "protocol.h"

#define SOCKET_HELP "Ask the tvtraced at PATH (default: " PROTOCOL_SOCKET ")"

enum { OPTION_SOCKET = 512, OPTION_JSON, OPTION_CSV };
static const struct argp_option options[] = {
	{"interval", 'i', "S", 0, "Show intervals of S seconds, 0.05 to 3600, one after the other",
	 10},
	{"count", 'n', "N", 0, "Show N intervals, then end", 10},
	{"json", OPTION_JSON, NULL, 0, "Print one JSON object per interval", 11},
	{"csv", OPTION_CSV, NULL, 0,
	 "Print CSV (RFC 4180), numbers in the unit that the heading names; names that "
	 "spreadsheets would "
	 "take for formulas have a ' in front, as those that begin with one",
	 11},
	{"socket", OPTION_SOCKET, "PATH", 0, SOCKET_HELP, 12},
	{0},
};
static const struct argp_option once_options[] = {
	{"json", OPTION_JSON, NULL, 0, "Print one JSON object", 1},
	{"socket", OPTION_SOCKET, "PATH", 0, SOCKET_HELP, 2},
	{0},
};

static void set_output(struct common *c, enum output output)
{
	if (c->output != OUTPUT_TEXT && c->output != output)
		exit(fail(CLIENT_USAGE, "--json and --csv exclude each other; give one of them"));
	c->output = output;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct common *c = state->input;

	switch (key) {
	case 'i':
		c->interval_ns = arguments_seconds("interval", arg, 0.05, 3600);
		return 0;
	case 'n':
		c->count = arguments_number("count", arg, 1, 1000000000);
		return 0;
	case OPTION_JSON:
		set_output(c, OUTPUT_JSON);
		return 0;
	case OPTION_CSV:
		set_output(c, OUTPUT_CSV);
		return 0;
	case OPTION_SOCKET:
		c->socket = arg;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static error_t parse_once(int key, char *arg, struct argp_state *state)
{
	if (key == ARGP_KEY_ARG)
		exit(fail(CLIENT_USAGE, "'%s': there is nothing to name here", arg));
	return parse(key, arg, state);
}

const struct argp common_argp = {.options = options, .parser = parse};
const struct argp common_once_argp = {.options = once_options, .parser = parse_once};

void common_init(struct common *c, struct argp_state *state)
{
	*c = (struct common){.socket = PROTOCOL_SOCKET};
	state->child_inputs[0] = c;
}

u64 common_intervals(const struct common *c)
{
	if (c->count)
		return c->count;
	return c->interval_ns ? UINT64_MAX : 1;
}

bool common_next(const struct common *c, u64 *done, u64 *due_ns)
{
	if (interrupted() || *done == common_intervals(c))
		return false;
	(*done)++;
	*due_ns += c->interval_ns ? c->interval_ns : NSEC_PER_SEC;
	if (*due_ns < clock_ns()) /* the machine was suspended, or is too busy */
		*due_ns = clock_ns();
	interrupt_wait_until(*due_ns);
	return !interrupted();
}

int common_output_status(int err)
{
	/* A reader that has closed its pipe (`| head`) is not a failure. */
	if (!err || err == -EPIPE)
		return CLIENT_OK;
	return fail(CLIENT_FAILED, "cannot write to standard output: %s", strerror(-err));
}
