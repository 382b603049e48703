// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* `hist`: histograms of the cost of switches, the waits for a CPU, or the creation of tasks. */
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
#include "lists/histogram_query.h"
#include "lists/histogram_print.h"

enum { OPTION_OF = 256, OPTION_KIND, OPTION_FROM, OPTION_AFTER, OPTION_GROUP, OPTION_APP };

/* What there are histograms of, and what they are split by. */
static const struct subject {
	const char *name;  /* in --of, and of the list in JSON */
	const char *split; /* in JSON and CSV */
	const char *const *parts;
	int nr_parts;
	const struct histogram *(*histogram)(const struct histogram_query *q, int part);
	const char *counted, *none;
	const char *reason; /* member of the part `host`: why they are not measured */
} subjects[] = {
	{"cost", "kind", kind_names, NR_KINDS, histogram_query_cost, "switches",
	 "no such switch with a cost", "cost_reason"},
	{"wait", "after", wait_names, NR_WAITS, histogram_query_wait, "waits", "no such wait",
	 "wait_reason"},
	{"creation", "kind", creation_names, NR_CREATIONS, histogram_query_creation, "creations",
	 "no such creation that was timed", "creation_reason"},
	{"start", "kind", creation_names, NR_CREATIONS, histogram_query_start, "first waits",
	 "no such first wait", "wait_reason"},
};

enum { SUBJECT_COST, SUBJECT_WAIT, SUBJECT_CREATION, SUBJECT_START, NR_SUBJECTS };

struct hist_command {
	struct common common;
	const struct subject *of;
	const char *kind_name; /* NULL: all; what names there are depends on `of` */
	int kind, from, after; /* -1: all */
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

static const char *const subject_names[NR_SUBJECTS] = {"cost", "wait", "creation", "start"};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct hist_command *c = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		common_init(&c->common, state);
		return 0;
	case OPTION_OF:
		c->of = &subjects[choose("of", arg, subject_names, NR_SUBJECTS)];
		return 0;
	case OPTION_AFTER:
		c->after = choose("after", arg, wait_names, NR_WAITS);
		return 0;
	case OPTION_KIND:
		c->kind_name = arg;
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

/* Returns whether the options ask for one part of what is split. */
static bool is_wanted(const struct hist_command *c, int part)
{
	int wanted = c->of == &subjects[SUBJECT_WAIT] ? c->after : c->kind;

	return wanted < 0 || wanted == part;
}

static void print_text(struct hist_command *c, const struct histogram_query *q)
{
	bool any = false;

	if (c->begun)
		putchar('\n');
	for (int i = 0; i < c->of->nr_parts; i++) {
		const struct histogram *h = c->of->histogram(q, i);

		if (!is_wanted(c, i) || !h->count)
			continue;
		if (any)
			putchar('\n');
		any = true;
		histogram_print(c->of->parts[i], c->of->counted, h);
	}
	if (!any)
		puts(c->of->none);
	else if (c->of == &subjects[SUBJECT_COST] && histogram_query_tlb_ns(q))
		printf("\nFor %.1f s of these, --tlb added about 60 ns to each of process.\n",
		       (double)histogram_query_tlb_ns(q) / 1e9);
}

static void print_json(const struct hist_command *c, const struct histogram_query *q)
{
	struct json_object *o = json_print_begin(), *list = json_object_new_array();

	json_object_object_add(o, "time_ns", json_object_new_uint64(histogram_query_time_ns(q)));
	json_object_object_add(o, "interval_ns",
			       json_object_new_uint64(histogram_query_interval_ns(q)));
	json_object_object_add(o, "tlb_counted_ns",
			       json_object_new_uint64(histogram_query_tlb_ns(q)));
	for (int i = 0; i < c->of->nr_parts; i++) {
		const struct histogram *h = c->of->histogram(q, i);
		struct json_object *part;

		if (!is_wanted(c, i))
			continue;
		part = json_object_new_object();
		json_object_object_add(part, c->of->split, json_object_new_string(c->of->parts[i]));
		histogram_json_put(part, h);
		json_object_object_add(part, "buckets", histogram_json_buckets(h));
		json_object_array_add(list, part);
	}
	json_object_object_add(o, c->of->name, list);
	json_print_end(o);
}

static void print_csv(struct hist_command *c, const struct histogram_query *q)
{
	if (!c->begun)
		printf("time_ns,interval_ns,%s,ge_ns,le_ns,count\r\n", c->of->split);
	for (int i = 0; i < c->of->nr_parts; i++) {
		if (!is_wanted(c, i))
			continue;
		for (u32 b = 0; b < NR_BUCKETS; b++) {
			u64 n = histogram_bucket(c->of->histogram(q, i), b);

			if (!n)
				continue;
			printf("%" PRIu64 ",%" PRIu64 ",%s,%" PRIu64 ",",
			       histogram_query_time_ns(q), histogram_query_interval_ns(q),
			       c->of->parts[i], bucket_low(b));
			if (b != BUCKET_OVERFLOW)
				printf("%" PRIu64, bucket_low(b + 1) - 1);
			printf(",%" PRIu64 "\r\n", n);
		}
	}
}

static int print(struct hist_command *c, const struct histogram_query *q)
{
	switch (c->common.output) {
	case OUTPUT_TEXT:
		print_text(c, q);
		break;
	case OUTPUT_JSON:
		print_json(c, q);
		break;
	case OUTPUT_CSV:
		print_csv(c, q);
		break;
	}
	c->begun = true;
	return std_streams_flush();
}

/* Returns why the daemon does not measure what is asked for, or NULL if it does. */
static const char *not_measured(const struct hist_command *c, const struct histogram_query *q)
{
	struct json_object *host = read_member(histogram_query_reply(q), "host");
	const char *reason = read_text(host, c->of->reason);

	return *reason ? reason : NULL;
}

static int fail_not_measured(const char *reason)
{
	char text[256];

	snprintf(text, sizeof(text), "%s", reason);
	return fail(CLIENT_FAILED, "%s", text_disarm(text));
}

static int repeat(struct hist_command *c, struct histogram_query *q)
{
	bool intervals = c->common.interval_ns || c->common.count;
	u64 done = 0, due_ns = clock_ns();
	int status = histogram_query_refresh(q), err = 0;

	if (status || !histogram_query_reply(q))
		return status;
	if (not_measured(c, q))
		return fail_not_measured(not_measured(c, q));
	if ((c->group || c->application) && !histogram_query_nr_groups(q))
		return fail(CLIENT_FAILED, "there is no %s '%s'; tvtrace groups%s lists them",
			    c->group ? "group" : "application",
			    c->group ? c->group : c->application, c->group ? "" : " --app");
	if (!intervals)
		return common_output_status(print(c, q));
	while (!status && !err && common_next(&c->common, &done, &due_ns)) {
		status = histogram_query_refresh(q);
		if (!status && histogram_query_reply(q))
			err = print(c, q);
	}
	return status ? status : common_output_status(err);
}

/* Returns an exit status. */
static int check_options(struct hist_command *c)
{
	bool of_groups = c->group || c->application, waits = c->of == &subjects[SUBJECT_WAIT];
	bool creations = c->of == &subjects[SUBJECT_CREATION] || c->of == &subjects[SUBJECT_START];

	if (c->kind_name && creations)
		c->kind = choose("kind", c->kind_name, creation_names, NR_CREATIONS);
	else if (c->kind_name)
		c->kind = choose("kind", c->kind_name, kind_names, NR_KINDS);
	if (!waits && c->after >= 0)
		return fail(CLIENT_USAGE,
			    "--after: only waits follow something; give --of wait, or leave it "
			    "out");
	if (waits && c->kind >= 0 && of_groups)
		return fail(CLIENT_USAGE, "--kind: is not kept for single groups' waits; leave it "
					  "out, or --group and --app");
	if (c->from >= 0 && of_groups)
		return fail(CLIENT_USAGE, "--from: is not kept for single groups; leave it out, or "
					  "--group and --app");
	if (creations && (c->from >= 0 || of_groups))
		return fail(CLIENT_USAGE,
			    "--of %s: is kept for the whole host; leave out --from, --group and "
			    "--app",
			    c->of->name);
	if (c->group && c->application)
		return fail(CLIENT_USAGE, "--group and --app exclude each other; give one of them");
	return CLIENT_OK;
}

static int show(struct hist_command *c)
{
	int status = check_options(c);
	const struct histogram_query_filter filter = {.waits = c->of == &subjects[SUBJECT_WAIT],
						      .creations = c->of > &subjects[SUBJECT_WAIT],
						      .from = c->from,
						      .kind = c->kind,
						      .group = c->group,
						      .application = c->application};
	struct session *session;
	struct histogram_query *q;

	if (status)
		return status;
	interrupt_catch();
	status = session_open(&session, c->common.socket);
	if (!status) {
		q = histogram_query_new(session, &filter);
		status = repeat(c, q);
		histogram_query_free(q);
	}
	session_close(session);
	return status;
}

int command_hist(int argc, char **argv)
{
	static const struct argp_option options[] = {
		{"of", OPTION_OF, "WHAT", 0,
		 "Histograms of WHAT: cost (default), by kind; wait, by what it followed; "
		 "creation, "
		 "how long the creation of tasks took; or start, how long these then waited to "
		 "run, "
		 "both by the kind of task",
		 1},
		{"after", OPTION_AFTER, "A", 0,
		 "Of waits, those after this only: woken, preempted, start, unknown", 1},
		{"kind", OPTION_KIND, "K", 0,
		 "Switches of this kind only: thread, process, kthread, idle; or tasks: thread, "
		 "process, vm_process (vfork, posix_spawn), kernel",
		 1},
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
		.doc = "Histograms of the cost of switches, of how long tasks waited for a CPU, or "
		       "of how long their creation took: of all since tvtraced has started or, "
		       "with -i and -n, of intervals."
		       "\v"
		       "A cost is the time from the tracepoint sched_switch to the end of the "
		       "switch. "
		       "It contains neither the choice of the next task nor the cache and TLB "
		       "misses "
		       "that this one pays afterwards. Of one group it is since tvtraced has known "
		       "it; "
		       "groups that have ended are in none.\n\n"
		       "A wait is the time in which a task could run and had no CPU, as the "
		       "kernel counts it (run_delay in /proc/TID/schedstat): after it was woken, "
		       "after it was preempted, or from its creation to its first run (start); "
		       "unknown if its last run was not seen, or if the switch was spilled. The "
		       "kernel takes a wait for 0 if the task preempts another one at once.\n\n"
		       "A creation is the call of clone, fork or vfork; where the caller waits for "
		       "the child (vfork, posix_spawn), up to the moment when that may run. It is "
		       "a bit shorter than what the caller's own clock sees: `tvtrace status' says "
		       "by how much.",
		.children = children};
	struct hist_command c = {
		.of = &subjects[SUBJECT_COST], .kind = -1, .from = -1, .after = -1};

	arguments_parse(&argp, argc, argv, &c);
	return show(&c);
}
