// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* `hist`: histograms of the cost of switches. */
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/command.h"
#include "client/common_options.h"
#include "client/interrupt.h"
#include "client/json_print.h"
#include "client/json_read.h"
#include "common/arguments.h"
#include "common/clock.h"
#include "common/error.h"
#include "common/histogram_json.h"
#include "common/names.h"
#include "common/std_streams.h"
#include "common/text.h"
#include "lists/cost_query.h"
#include "lists/histogram_print.h"

enum { OPTION_KIND = 256, OPTION_FROM, OPTION_GROUP, OPTION_APP };

struct hist_command {
	struct common common;
	int kind, from; /* -1: all */
	const char *group, *application;
	bool begun;
};

/*
 * Returns the index of a name in a table. Exits with a list of all names if there is no such name.
 */
static int choose(const char *option, const char *text, const char *const *names, int n)
{
	char all[64] = "";

	for (int i = 0; i < n; i++) {
		if (!strcmp(names[i], text))
			return i;
		snprintf(all + strlen(all), sizeof(all) - strlen(all), "%s%s", i ? ", " : "",
			 names[i]);
	}
	exit(fail(CLIENT_USAGE, "--%s: '%s' is none; there are: %s", option, text, all));
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct hist_command *c = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		common_init(&c->common, state);
		return 0;
	case OPTION_KIND:
		c->kind = choose("kind", arg, kind_names, NR_KINDS);
		return 0;
	case OPTION_FROM:
		c->from = choose("from", arg, from_names, NR_FROMS);
		return 0;
	case OPTION_GROUP:
		c->group = arg;
		return 0;
	case OPTION_APP:
		c->application = arg;
		return 0;
	case ARGP_KEY_ARG:
		exit(fail(CLIENT_USAGE,
			  "'%s': there is nothing to name here; see tvtrace help hist", arg));
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static void print_text(struct hist_command *c, const struct cost_query *costs)
{
	bool any = false;

	if (c->begun)
		putchar('\n');
	for (int k = 0; k < NR_KINDS; k++) {
		const struct histogram *h = cost_query_of(costs, k);

		if ((c->kind >= 0 && c->kind != k) || !h->count)
			continue;
		if (any)
			putchar('\n');
		any = true;
		histogram_print(kind_names[k], h);
	}
	if (!any)
		puts("no such switch with a cost");
}

static void print_json(const struct hist_command *c, const struct cost_query *costs)
{
	struct json_object *o = json_print_begin(), *list = json_object_new_array();

	json_object_object_add(o, "time_ns", json_object_new_uint64(cost_query_time_ns(costs)));
	json_object_object_add(o, "interval_ns",
			       json_object_new_uint64(cost_query_interval_ns(costs)));
	for (int k = 0; k < NR_KINDS; k++) {
		struct json_object *cost;

		if (c->kind >= 0 && c->kind != k)
			continue;
		cost = json_object_new_object();
		json_object_object_add(cost, "kind", json_object_new_string(kind_names[k]));
		histogram_json_put(cost, cost_query_of(costs, k));
		json_object_object_add(cost, "buckets",
				       histogram_json_buckets(cost_query_of(costs, k)));
		json_object_array_add(list, cost);
	}
	json_object_object_add(o, "cost", list);
	json_print_end(o);
}

static void print_csv(struct hist_command *c, const struct cost_query *costs)
{
	if (!c->begun)
		fputs("time_ns,interval_ns,kind,ge_ns,le_ns,count\r\n", stdout);
	for (int k = 0; k < NR_KINDS; k++) {
		if (c->kind >= 0 && c->kind != k)
			continue;
		for (u32 b = 0; b < NR_BUCKETS; b++) {
			u64 n = histogram_bucket(cost_query_of(costs, k), b);

			if (!n)
				continue;
			printf("%" PRIu64 ",%" PRIu64 ",%s,%" PRIu64 ",", cost_query_time_ns(costs),
			       cost_query_interval_ns(costs), kind_names[k], bucket_low(b));
			if (b != BUCKET_OVERFLOW)
				printf("%" PRIu64, bucket_low(b + 1) - 1);
			printf(",%" PRIu64 "\r\n", n);
		}
	}
}

static int print(struct hist_command *c, const struct cost_query *costs)
{
	switch (c->common.output) {
	case OUTPUT_TEXT:
		print_text(c, costs);
		break;
	case OUTPUT_JSON:
		print_json(c, costs);
		break;
	case OUTPUT_CSV:
		print_csv(c, costs);
		break;
	}
	c->begun = true;
	return std_streams_flush();
}

/* Returns why the daemon measures no cost, or NULL if it does. */
static const char *no_cost(const struct cost_query *costs)
{
	const char *reason = read_text(read_member(cost_query_reply(costs), "host"), "cost_reason");

	return *reason ? reason : NULL;
}

static int fail_no_cost(const char *reason)
{
	char text[256];

	snprintf(text, sizeof(text), "%s", reason);
	return fail(CLIENT_FAILED, "%s", text_disarm(text));
}

static int repeat(struct hist_command *c, struct cost_query *costs)
{
	bool intervals = c->common.interval_ns || c->common.count;
	u64 done = 0, due_ns = clock_ns();
	int status = cost_query_refresh(costs), err = 0;

	if (status || !cost_query_reply(costs))
		return status;
	if (no_cost(costs))
		return fail_no_cost(no_cost(costs));
	if ((c->group || c->application) && !cost_query_nr_groups(costs))
		return fail(CLIENT_FAILED, "there is no %s '%s'; tvtrace groups%s lists them",
			    c->group ? "group" : "application",
			    c->group ? c->group : c->application, c->group ? "" : " --app");
	if (!intervals)
		return common_output_status(print(c, costs));
	while (!status && !err && common_next(&c->common, &done, &due_ns)) {
		status = cost_query_refresh(costs);
		if (!status && cost_query_reply(costs))
			err = print(c, costs);
	}
	return status ? status : common_output_status(err);
}

static int show(struct hist_command *c)
{
	struct cost_query_filter filter = {c->from, c->group, c->application};
	struct session *session;
	struct cost_query *costs;
	int status;

	if (c->from >= 0 && (c->group || c->application))
		return fail(CLIENT_USAGE, "--from: is not kept for single groups; leave it out, or "
					  "--group and --app");
	if (c->group && c->application)
		return fail(CLIENT_USAGE, "--group and --app exclude each other; give one of them");
	interrupt_catch();
	status = session_open(&session, c->common.socket);
	if (!status) {
		costs = cost_query_new(session, &filter);
		status = repeat(c, costs);
		cost_query_free(costs);
	}
	session_close(session);
	return status;
}

int command_hist(int argc, char **argv)
{
	static const struct argp_option options[] = {
		{"kind", OPTION_KIND, "K", 0,
		 "Switches of this kind only: thread, process, kthread, idle", 1},
		{"from", OPTION_FROM, "F", 0, "Switches that left this only: user, kthread, idle",
		 1},
		{"group", OPTION_GROUP, "NAME|TGID", 0,
		 "Switches into one thread group, or into all of one name", 1},
		{"app", OPTION_APP, "NAME", 0, "Switches into one application", 1},
		{0}};
	static const struct argp_child children[] = {{&common_argp, 0, NULL, 0}, {0}};
	static const struct argp argp = {
		.options = options,
		.parser = parse,
		.doc = "Histograms of the cost of switches: of all since tvtraced has started or, "
		       "with -i and -n, of intervals."
		       "\v"
		       "A cost is the time from the tracepoint sched_switch to the end of the "
		       "switch. "
		       "It contains neither the choice of the next task nor the cache and TLB "
		       "misses "
		       "that this one pays afterwards. Of one group it is since tvtraced has known "
		       "it; "
		       "groups that have ended are in none.",
		.children = children};
	struct hist_command c = {.kind = -1, .from = -1};

	arguments_parse(&argp, argc, argv, &c);
	return show(&c);
}
