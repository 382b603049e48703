// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* `report`: prints for a capture what the live commands print. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "client/command.h"
#include "client/common_options.h"
#include "common/alloc.h"
#include "common/arguments.h"
#include "common/error.h"
#include "common/text.h"
#include "lists/columns.h"
#include "report/report.h"
#include "report/trace_file.h"

enum {
	OPTION_FROM = 256,
	OPTION_TO,
	OPTION_APP,
	OPTION_THREADS,
	OPTION_SORT,
	OPTION_LIMIT,
	OPTION_JSON,
	OPTION_CSV,
	OPTION_HTML,
	OPTION_EXPAND,
};

struct form {
	int (*print)(struct report *r);
	u64 limit; /* number of rows without --limit; 0: all */
	int option;
	enum output output;
};

static const struct form forms[] = {
	{report_text, 10, 0, OUTPUT_TEXT},
	{report_json, 0, OPTION_JSON, OUTPUT_JSON},
	{report_csv, 0, OPTION_CSV, OUTPUT_CSV},
	{report_html, 20, OPTION_HTML, OUTPUT_TEXT},
};

struct report_command {
	const char *path, *sort;
	u64 from_ns, to_ns, limit;
	bool wide, expand;
	enum trace_list what;
	const struct form *form;
};

static void set_form(struct report_command *c, int option)
{
	const struct form *form = forms;

	while (form->option != option)
		form++;
	if (c->form->option && c->form != form)
		exit(fail(CLIENT_USAGE,
			  "--json, --csv and --html exclude each other; give one of them"));
	c->form = form;
}

static void set_list(struct report_command *c, enum trace_list what)
{
	if (c->what != TRACE_GROUPS && c->what != what)
		exit(fail(CLIENT_USAGE,
			  "--app and --threads exclude each other; give one of them"));
	c->what = what;
}

static error_t parse_argument(struct report_command *c, const char *arg)
{
	if (c->path)
		exit(fail(CLIENT_USAGE, "'%s': there is one FILE already; name one at a time",
			  arg));
	if (!*arg)
		exit(fail(CLIENT_USAGE, "FILE: the path is empty"));
	c->path = arg;
	return 0;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct report_command *c = state->input;
	const double most_s = 1e9;

	switch (key) {
	case ARGP_KEY_INIT:
		*c = (struct report_command){
			.to_ns = UINT64_MAX, .what = TRACE_GROUPS, .form = forms};
		return 0;
	case OPTION_FROM:
		c->from_ns = arguments_seconds("from", arg, 0, most_s);
		return 0;
	case OPTION_TO:
		c->to_ns = arguments_seconds("to", arg, 0, most_s);
		return 0;
	case OPTION_APP:
		set_list(c, TRACE_APPLICATIONS);
		return 0;
	case OPTION_EXPAND:
		c->expand = true;
		return 0;
	case OPTION_THREADS:
		set_list(c, TRACE_THREADS);
		return 0;
	case 'w':
		c->wide = true;
		return 0;
	case OPTION_SORT:
		c->sort = arg;
		return 0;
	case OPTION_LIMIT:
		c->limit = arguments_number("limit", arg, 1, 1000000000);
		return 0;
	case OPTION_JSON:
	case OPTION_CSV:
	case OPTION_HTML:
		set_form(c, key);
		return 0;
	case ARGP_KEY_ARG:
		return parse_argument(c, arg);
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static int print(const struct report_command *c, const struct trace_model *m, bool complete)
{
	char *name = text_disarm(xstrdup(strcmp(c->path, "-") ? c->path : "standard input"));
	struct report r = {
		.name = name, .model = m, .summary = trace_model_summary(m), .complete = complete};
	int err;

	report_list_make(&r.list, m, c->what, c->sort, c->limit ? c->limit : c->form->limit);
	r.list.listing.output = c->form->output;
	r.list.listing.wide = c->wide;
	err = c->form->print(&r);
	report_list_release(&r.list);
	free(name);
	return common_output_status(err);
}

/* Prints one line about missing parts of the file; returns an exit status. */
static int tell_damage(const struct report_command *c, struct trace_damage d,
		       const struct trace_summary *s)
{
	d.packets += s->bad_packets;
	if (d.err == -E2BIG)
		return fail(
			CLIENT_FAILED,
			"%s expands to more than %d times its size, as no capture does; the report "
			"is of its beginning, and --expand reads on",
			c->path, TRACE_MOST_EXPANSION);
	if (d.err && d.err != -EBADMSG)
		return fail(CLIENT_FAILED, "cannot read %s to its end: %s", c->path,
			    strerror(-d.err));
	if (d.err || d.packets || d.bytes)
		return fail(CLIENT_FAILED,
			    "%s is damaged or cut off: %" PRIu64 " packets and the last %" PRIu64
			    " bytes%s could not be read; the report is of the rest",
			    c->path, d.packets, d.bytes, d.err ? " or more" : "");
	if (s->ours && !s->has_end)
		return fail(CLIENT_FAILED,
			    "%s is cut off between two packets; the report is of what it has",
			    c->path);
	if (s->has_end && s->end_switches != s->all_switches)
		return fail(CLIENT_FAILED,
			    "%s has %" PRIu64 " switches instead of %" PRIu64
			    "; the report is of those",
			    c->path, s->all_switches, s->end_switches);
	return CLIENT_OK;
}

static bool is_complete(const struct trace_damage *d, const struct trace_summary *s)
{
	return !d->err && !d->packets && !d->bytes && !s->bad_packets && s->has_end == s->ours &&
	       (!s->has_end || s->end_switches == s->all_switches);
}

static int report(const struct report_command *c, struct trace_file *f, struct trace_model *m)
{
	const struct trace_summary *s = trace_model_summary(m);
	struct trace_damage damage;
	const TracePacket *p;
	int status, damaged;

	while ((p = trace_file_next(f)))
		trace_model_packet(m, p);
	trace_model_end(m);
	damage = trace_file_damage(f);
	if (trace_file_foreign(f) && (!damage.err || damage.err == -EBADMSG))
		return fail(CLIENT_FAILED, "%s %s", c->path, trace_file_foreign(f));
	if (!s->ours && !s->all_switches && !damage.err)
		return fail(CLIENT_FAILED,
			    "%s has no context switches; tvtrace capture makes captures", c->path);
	if (s->all_switches && c->from_ns && c->from_ns > s->last_ns - s->origin_ns)
		return fail(CLIENT_USAGE,
			    "--from: %s ends %.3f s after its beginning; give fewer seconds",
			    c->path, (double)(s->last_ns - s->origin_ns) / 1e9);
	status = print(c, m, is_complete(&damage, s));
	damaged = tell_damage(c, damage, s);
	return status ? status : damaged;
}

static int show(const struct report_command *c)
{
	struct trace_file *file;
	struct trace_model *model;
	int status;

	if (!c->path)
		return fail(CLIENT_USAGE, "FILE is missing; tvtrace capture makes one");
	if (c->from_ns >= c->to_ns)
		return fail(CLIENT_USAGE, "--to: must be more than --from");
	if (c->sort && !report_list_has(c->what, c->sort))
		return fail(CLIENT_USAGE,
			    "--sort: '%s' is no column; `tvtrace help report' lists them", c->sort);
	status = trace_file_open(&file, c->path);
	if (status)
		return status;
	if (c->expand)
		trace_file_expand(file);
	model = trace_model_new(c->from_ns, c->to_ns);
	status = report(c, file, model);
	trace_model_free(model);
	trace_file_close(file);
	return status;
}

int command_report(int argc, char **argv)
{
	static const struct argp_option options[] = {
		{"from", OPTION_FROM, "S", 0,
		 "Leave out the first S seconds of the capture; decimals are allowed", 1},
		{"to", OPTION_TO, "S", 0, "Leave out what is later than S seconds", 1},
		{"expand", OPTION_EXPAND, NULL, 0,
		 "Read also what expands to more than 100 times its size", 1},
		{"app", OPTION_APP, NULL, 0, "List applications instead of thread groups", 2},
		{"threads", OPTION_THREADS, NULL, 0, "List threads instead", 2},
		{"sort", OPTION_SORT, "KEY", 0, "Sort by a column (default: cpu_share)", 2},
		{"limit", OPTION_LIMIT, "N", 0,
		 "List the first N only (default: 10; with --html 20; with --json and --csv all)",
		 2},
		{"wide", 'w', NULL, 0,
		 "Show all columns, and cut nothing, however wide the terminal", 2},
		{"json", OPTION_JSON, NULL, 0, "Print one JSON object", 3},
		{"csv", OPTION_CSV, NULL, 0,
		 "Print the list as CSV (RFC 4180), numbers in the unit that the heading names; "
		 "names that "
		 "spreadsheets would take for formulas have a ' in front, as those that begin with "
		 "one",
		 3},
		{"html", OPTION_HTML, NULL, 0, "Print a page for a browser, complete in itself", 3},
		{0}};
	struct argp argp = {.options = options,
			    .parser = parse,
			    .args_doc = "FILE",
			    .help_filter = listing_keep_text};
	struct report_command c;
	char *doc = listing_doc(
		"What a capture has, without a tvtraced: its switches, what they cost, and whose "
		"they were. FILE is what `tvtrace capture' made, or - for standard input.",
		"A list has those that switched in the window, and rates of all of it. Totals and "
		"`threads' are of the window and its end. Columns (--sort, --csv and --json know "
		"them by these names; --app and --threads lack some, see `tvtrace help groups' and "
		"`tvtrace help threads'):\n",
		group_columns, NR_GROUP_COLUMNS);

	argp.doc = doc;
	arguments_parse(&argp, argc, argv, &c);
	free(doc);
	return show(&c);
}
