// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* `groups` and `threads`: rows of the model, sorted. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/command.h"
#include "client/common_options.h"
#include "client/interrupt.h"
#include "client/json_read.h"
#include "common/alloc.h"
#include "common/arguments.h"
#include "common/clock.h"
#include "common/error.h"
#include "common/std_streams.h"
#include "lists/columns.h"
#include "lists/listing.h"
#include "lists/model.h"

enum { OPTION_SORT = 256, OPTION_APP, OPTION_LIMIT };

struct list_command {
	struct common common;
	struct listing listing;
	const char *sort;
	u64 limit; /* number of rows; 0: all */
	bool applications;
	bool threads;
	u32 tgid;
};

static int print_rows(struct list_command *l, const struct model *m, const struct row **rows,
		      size_t n)
{
	const struct column *by = listing_find(l->listing.columns, l->listing.nr_columns, l->sort);

	listing_sort(rows, n, by);
	if (l->limit && n > l->limit)
		n = l->limit;
	return listing_print(&l->listing, model_time_ns(m), model_interval_ns(m), rows, n);
}

/* Says what costs contain beside the switches; CSV and JSON have no room for it. */
static int print_note(const struct list_command *l, const struct model *m)
{
	if (l->listing.output != OUTPUT_TEXT ||
	    !read_bool(read_member(model_reply(m), "host"), "tlb_counting"))
		return 0;
	puts("Of each cost of a process switch about 60 ns are of --tlb.");
	return std_streams_flush();
}

static int print_model(struct list_command *l, const struct model *m)
{
	size_t n = model_nr_rows(m);
	struct row *applications = l->applications ? model_applications(m, &n) : NULL;
	const struct row **rows = xcalloc(n + 1, sizeof(struct row *));
	int err;

	for (size_t i = 0; i < n; i++)
		rows[i] = applications ? &applications[i] : model_row(m, i);
	err = print_rows(l, m, rows, n);
	if (!err)
		err = print_note(l, m);
	free(rows);
	free(applications);
	return err;
}

static int repeat(struct list_command *l, struct model *m)
{
	u64 done = 0, due_ns = clock_ns();
	int status = model_refresh(m), err = 0;

	if (!status && l->threads && model_reply(m) && !model_nr_rows(m))
		return fail(CLIENT_FAILED, "there is no thread group %u; tvtrace groups lists them",
			    l->tgid);
	while (!status && !err && common_next(&l->common, &done, &due_ns)) {
		status = model_refresh(m);
		if (!status && model_reply(m))
			err = print_model(l, m);
	}
	return status ? status : common_output_status(err);
}

static int list(struct list_command *l)
{
	struct session *session;
	struct model *model;
	int status;

	l->listing.output = l->common.output;
	if (!listing_find(l->listing.columns, l->listing.nr_columns, l->sort))
		return fail(CLIENT_USAGE, "--sort: '%s' is no column; `tvtrace help %s' lists them",
			    l->sort, l->threads ? "threads" : "groups");
	interrupt_catch();
	status = session_open(&session, l->common.socket);
	if (!status) {
		model = model_new(session, l->threads ? MODEL_THREADS : MODEL_GROUPS, l->tgid);
		status = repeat(l, model);
		model_free(model);
	}
	session_close(session);
	return status;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct list_command *l = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		common_init(&l->common, state);
		l->tgid = 0;
		return 0;
	case OPTION_SORT:
		l->sort = arg;
		return 0;
	case OPTION_APP:
		l->applications = true;
		return 0;
	case 'w':
		l->listing.wide = true;
		return 0;
	case OPTION_LIMIT:
		l->limit = arguments_number("limit", arg, 1, 1000000000);
		return 0;
	case ARGP_KEY_ARG:
		if (!l->threads || l->tgid)
			exit(fail(CLIENT_USAGE,
				  "'%s': there is nothing to name here; see tvtrace "
				  "help %s",
				  arg, l->threads ? "threads" : "groups"));
		l->tgid = (u32)arguments_number("TGID", arg, 1, UINT32_MAX);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

#define LIST_OPTIONS                                                                               \
	{"sort", OPTION_SORT, "KEY", 0, "Sort by a column (default: cpu_share)", 1},               \
		{"limit", OPTION_LIMIT, "N", 0, "List the first N only", 1},                       \
	{                                                                                          \
		"wide", 'w', NULL, 0,                                                              \
			"Show all columns, and cut nothing, however wide the terminal", 1          \
	}

int command_groups(int argc, char **argv)
{
	static const struct argp_option options[] = {
		LIST_OPTIONS, {"app", OPTION_APP, NULL, 0, "List applications instead", 1}, {0}};
	static const struct argp_child children[] = {{&common_argp, 0, NULL, 0}, {0}};
	struct argp argp = {.options = options,
			    .parser = parse,
			    .children = children,
			    .help_filter = listing_keep_text};
	struct list_command l = {.sort = "cpu_share",
				 .listing = {.what = "groups",
					     .titles = true,
					     .columns = group_columns,
					     .nr_columns = NR_GROUP_COLUMNS}};
	char *doc = listing_doc(
		"Thread groups, or applications, and what switching costs them, over one "
		"interval (1 s) or as -i and -n say.",
		"Columns (--sort, --csv and --json know them by these names):\n", group_columns,
		NR_GROUP_COLUMNS);

	doc = listing_doc_add(doc, "With --app:\n", application_columns, NR_APPLICATION_COLUMNS);
	argp.doc = doc;
	arguments_parse(&argp, argc, argv, &l);
	free(doc);
	if (l.applications) {
		l.listing.what = "applications";
		l.listing.titles = false;
		l.listing.columns = application_columns;
		l.listing.nr_columns = NR_APPLICATION_COLUMNS;
	}
	return list(&l);
}

int command_threads(int argc, char **argv)
{
	static const struct argp_option options[] = {LIST_OPTIONS, {0}};
	static const struct argp_child children[] = {{&common_argp, 0, NULL, 0}, {0}};
	struct argp argp = {.options = options,
			    .parser = parse,
			    .args_doc = "TGID",
			    .children = children,
			    .help_filter = listing_keep_text};
	struct list_command l = {.sort = "cpu_share",
				 .threads = true,
				 .listing = {.what = "threads",
					     .columns = thread_columns,
					     .nr_columns = NR_THREAD_COLUMNS}};
	char *doc = listing_doc(
		"The threads of one thread group (what ps -eLf and top -H list), over one "
		"interval (1 s) or as -i and -n say.",
		"Columns (--sort, --csv and --json know them by these names):\n", thread_columns,
		NR_THREAD_COLUMNS);

	argp.doc = doc;
	arguments_parse(&argp, argc, argv, &l);
	free(doc);
	if (!l.tgid)
		return fail(CLIENT_USAGE,
			    "threads: the TGID is missing; tvtrace groups lists them");
	return list(&l);
}
