// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* `bench`: what threads and processes cost on this host, as their programs see it and by tvtraced.
 */
#include <argp.h>
#include <stdlib.h>

#include "bench/bench.h"
#include "client/command.h"
#include "client/common_options.h"
#include "client/interrupt.h"
#include "client/json_read.h"
#include "common/arguments.h"
#include "common/error.h"
#include "common/std_streams.h"
#include "stage/stage.h"

enum { OPTION_HTML = 256, OPTION_MARKDOWN, OPTION_QUICK };

struct bench_command {
	struct common common;
	void (*print)(const struct bench *b); /* NULL: as text, or as the common options say */
	bool quick;
};

static void set_form(struct bench_command *c, void (*print)(const struct bench *b))
{
	if (c->print && c->print != print)
		exit(fail(CLIENT_USAGE,
			  "--json, --markdown and --html exclude each other; give one of them"));
	c->print = print;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct bench_command *c = state->input;

	(void)arg;
	switch (key) {
	case ARGP_KEY_INIT:
		common_init(&c->common, state);
		return 0;
	case ARGP_KEY_SUCCESS:
		if (c->common.output == OUTPUT_JSON)
			set_form(c, bench_print_json);
		return 0;
	case OPTION_QUICK:
		c->quick = true;
		return 0;
	case OPTION_MARKDOWN:
		set_form(c, bench_print_markdown);
		return 0;
	case OPTION_HTML:
		set_form(c, bench_print_html);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static int measure(struct bench *b)
{
	int status = bench_switches(b);

	if (!status && !interrupted())
		status = bench_creations(b);
	if (status)
		return status;
	if (!interrupted())
		bench_memories(b);
	if (interrupted())
		return fail(CLIENT_FAILED, "stopped before all was measured");
	bench_weigh(b);
	return CLIENT_OK;
}

static int run(const struct bench_command *c)
{
	struct bench b = {.cpu = stage_cpu(), .quick = c->quick};
	int status;

	interrupt_catch();
	b.facts = bench_facts();
	status = session_open(&b.session, c->common.socket);
	if (!status)
		status = measure(&b);
	if (!status)
		(c->print ? c->print : bench_print_text)(&b);
	json_object_put(b.facts);
	session_close(b.session);
	return status ? status : common_output_status(std_streams_flush());
}

int command_bench(int argc, char **argv)
{
	static const struct argp_option options[] = {
		{"markdown", OPTION_MARKDOWN, NULL, 0, "Print tables in Markdown", 1},
		{"quick", OPTION_QUICK, NULL, 0,
		 "Three rounds instead of seven, and no creator with 1000 MiB: a third of the "
		 "time, "
		 "and wider spreads",
		 1},
		{"html", OPTION_HTML, NULL, 0, "Print a page for a browser, complete in itself", 1},
		{0}};
	static const struct argp_child children[] = {{.argp = &common_once_argp}, {0}};
	static const struct argp argp = {
		.options = options,
		.parser = parse,
		.children = children,
		.doc = "Measures what threads and processes cost on this host: to switch between "
		       "two, to create one, and the memory of each; as their programs see it, and "
		       "beside it what the running tvtraced says of the same tasks. It takes about "
		       "15 s. Then it weighs what a textbook says against the figures."
		       "\v"
		       "A figure is the median of some rounds, in which threads and processes take "
		       "turns; behind ± stands half the distance from the least to the greatest "
		       "one, without the two extremes (of calls: of their middle half). What costs "
		       "a switch its tasks is the time from one handing over to the next, less "
		       "their own work. As root, the tasks run in real time on the last CPU, for "
		       "some milliseconds at a time."};
	struct bench_command c = {0};

	arguments_parse(&argp, argc, argv, &c);
	return run(&c);
}
