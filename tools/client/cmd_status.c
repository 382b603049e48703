// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* `status`: the state of the daemon, and whether it lost anything. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/command.h"
#include "client/common_options.h"
#include "client/csv.h"
#include "client/interrupt.h"
#include "client/json_print.h"
#include "client/json_read.h"
#include "client/session.h"
#include "common/answer.h"
#include "common/arguments.h"
#include "common/array.h"
#include "common/clock.h"
#include "common/error.h"
#include "common/format.h"
#include "common/names.h"
#include "common/std_streams.h"
#include "common/text.h"

#define MIB 1048576.0

enum {
	VALUE_LEN = 160,
	ANSWER_COLUMNS = 70, /* of 80, behind the name of the line */
};

struct status_command {
	struct common common;
	bool begun;
};

static json_object *host(json_object *reply)
{
	return read_member(reply, "host");
}

/*
 * The number of lost records and task events. A spilled switch counts as lost, because it is
 * missing from its group, although the totals have it.
 */
static u64 lost(json_object *reply)
{
	json_object *recent = read_member(reply, "recent");

	return read_number(recent, "spilled") + read_number(recent, "task_events_lost");
}

static const char *count_or_unknown(char text[FORMAT_LEN], json_object *o, const char *key)
{
	if (!read_member(o, key))
		return "?";
	snprintf(text, FORMAT_LEN, "%" PRIu64, read_number(o, key));
	return text;
}

/*
 * Each function from here on makes one line of the text output; --json and --csv have a table of
 * their own.
 */
static void health(char *to, json_object *reply)
{
	json_object *recent = read_member(reply, "recent");
	double span_s = read_double(recent, "span_ns") / 1e9;

	if (lost(reply))
		snprintf(to, VALUE_LEN,
			 "LOST in the last %.0f s: %" PRIu64 " switches spilled, %" PRIu64
			 " task events",
			 span_s, read_number(recent, "spilled"),
			 read_number(recent, "task_events_lost"));
	else
		snprintf(to, VALUE_LEN, "ok, nothing lost in the last %.0f s", span_s);
}

static void switches(char *to, json_object *reply)
{
	json_object *a = read_member(reply, "accounting");
	char unseen[FORMAT_LEN];

	snprintf(to, VALUE_LEN,
		 "seen %" PRIu64 ", received %" PRIu64 ", spilled %" PRIu64
		 ", unseen %s, unmeasured "
		 "%" PRIu64,
		 read_number(a, "seen"), read_number(a, "received"), read_number(a, "spilled"),
		 count_or_unknown(unseen, a, "unseen"), read_number(a, "unmeasured"));
}

static void cost(char *to, json_object *reply)
{
	json_object *h = host(reply);
	const char *reason = read_text(h, "cost_reason");

	if (*reason)
		snprintf(to, VALUE_LEN, "%s", reason);
	else
		snprintf(to, VALUE_LEN, "%s, bias %" PRIu64 " ns", read_text(h, "cost_source"),
			 read_number(h, "cost_bias_ns"));
}

static void waits(char *to, json_object *reply)
{
	const char *reason = read_text(host(reply), "wait_reason");

	snprintf(to, VALUE_LEN, "%s", *reason ? reason : "measured");
}

static void creations(char *to, json_object *reply)
{
	json_object *list = read_member(reply, "creations");
	size_t len = 0;

	if (!list)
		snprintf(to, VALUE_LEN, "not counted: `tvtraced --features' says why");
	for (size_t i = 0; i < read_length(list) && len < VALUE_LEN; i++) {
		json_object *o = read_item(list, i);

		len += (size_t)snprintf(to + len, VALUE_LEN - len, "%s%s %" PRIu64, i ? ", " : "",
					read_text(o, "kind"), read_number(o, "count"));
	}
}

static void creation(char *to, json_object *reply)
{
	json_object *h = host(reply);
	const char *reason = read_text(h, "creation_reason");
	const char *warning = read_text(h, "creation_warning");

	if (*reason)
		snprintf(to, VALUE_LEN, "%s", reason);
	else
		snprintf(to, VALUE_LEN, "timed by %s, misses %" PRIu64 " ns%s%s",
			 read_text(h, "creation_source"), read_number(h, "creation_bias_ns"),
			 *warning ? "; " : "", warning);
}

static void tlb(char *to, json_object *reply)
{
	json_object *list = read_member(reply, "tlb");
	const char *state = read_bool(host(reply), "tlb_counting") ? "adds about 60 ns to its cost"
								   : "not counted now";

	if (!list)
		snprintf(to, VALUE_LEN, "not counted; `tvtrace tlb on' does");
	for (size_t i = 0; i < read_length(list); i++) {
		json_object *o = read_item(list, i);
		double flush = read_double(o, "flush"), reuse = read_double(o, "reuse");
		double all = flush + reuse + read_double(o, "none");

		if (!strcmp(read_text(o, "kind"), kind_names[KIND_PROCESS]))
			snprintf(to, VALUE_LEN, "process: %.1f%% flushed, %.1f%% reused; %s",
				 all > 0 ? flush / all * 100 : 0, all > 0 ? reuse / all * 100 : 0,
				 state);
	}
}

/* The answer of the whole time since the start. */
static void answer_so_far(char *to, json_object *reply)
{
	struct answer_figures figures = {.seconds = read_double(host(reply), "uptime_ns") / 1e9};
	const char *reason = read_text(host(reply), "cost_reason");
	char text[ANSWER_LEN];

	read_answer_figures(reply, &figures);
	snprintf(to, VALUE_LEN, "%s", *reason ? reason : answer(text, &figures, ANSWER_COLUMNS));
}

static double probe_ns(json_object *reply)
{
	double seen = read_double(read_member(reply, "accounting"), "seen");

	return seen > 0 ? read_double(read_member(reply, "probe"), "run_ns") / seen : 0;
}

/* A time of the daemon as % of one CPU, since its start. */
static double share(json_object *reply, const char *key)
{
	double uptime = read_double(host(reply), "uptime_ns");

	return uptime > 0 ? read_double(read_member(reply, "probe"), key) / uptime * 100 : 0;
}

static void probes(char *to, json_object *reply)
{
	snprintf(to, VALUE_LEN, "%.0f ns per switch, %.2f%% of one CPU; the daemon %.2f%%",
		 probe_ns(reply), share(reply, "run_ns"), share(reply, "own_cpu_ns"));
}

static void rings(char *to, json_object *reply)
{
	json_object *ring = read_member(reply, "ring");
	double bytes = read_double(ring, "bytes");

	snprintf(to, VALUE_LEN, "%" PRIu64 " of %.3g MiB, at most %.0f%% full so far",
		 read_number(ring, "count"), bytes / MIB,
		 bytes > 0 ? read_double(ring, "high_water_bytes") / bytes * 100 : 0);
}

static void captures(char *to, json_object *reply)
{
	json_object *c = read_member(reply, "captures");

	snprintf(to, VALUE_LEN,
		 "%" PRIu64 " running; the recorder has %.1f of %.0f MiB, the last %.0f s",
		 read_number(c, "running"), read_double(c, "recorder_bytes") / MIB,
		 read_double(c, "max_recorder_bytes") / MIB,
		 read_double(c, "recorder_span_ns") / 1e9);
}

static void tables(char *to, json_object *reply)
{
	json_object *t = read_member(reply, "tables");

	snprintf(to, VALUE_LEN,
		 "%" PRIu64 " of %" PRIu64 " threads, %" PRIu64 " of %" PRIu64 " groups, %" PRIu64
		 " of %" PRIu64 " clients",
		 read_number(t, "threads"), read_number(t, "max_threads"), read_number(t, "groups"),
		 read_number(t, "max_groups"), read_number(t, "clients"),
		 read_number(t, "max_clients"));
}

static void memory(char *to, json_object *reply)
{
	snprintf(to, VALUE_LEN, "%.1f MiB resident",
		 read_double(read_member(reply, "probe"), "own_rss_bytes") / MIB);
}

static void uptime(char *to, json_object *reply)
{
	char text[FORMAT_LEN];

	snprintf(to, VALUE_LEN, "%s",
		 format_uptime(text, read_double(host(reply), "uptime_ns") / 1e9));
}

static const struct line {
	const char *name;
	void (*make)(char *to, json_object *reply);
} lines[] = {
	{"answer", answer_so_far}, {"health", health},
	{"switches", switches},	   {"cost", cost},
	{"waits", waits},	   {"created", creations},
	{"creation", creation},	   {"tlb", tlb},
	{"probes", probes},	   {"rings", rings},
	{"tables", tables},	   {"captures", captures},
	{"memory", memory},	   {"uptime", uptime},
};

static void print_text(json_object *reply)
{
	char value[VALUE_LEN];

	snprintf(value, sizeof(value), "tvtraced %s on Linux %s",
		 read_text(host(reply), "tvtraced"), read_text(host(reply), "kernel"));
	puts(text_disarm(value));
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		lines[i].make(value, reply);
		printf("%-9s %s\n", lines[i].name, text_disarm(value));
	}
}

/* Numbers for monitoring: the key that is printed, and the part and the member of the reply. */
static const struct figure {
	const char *key, *part, *member;
} figures[] = {
	{"uptime_ns", "host", "uptime_ns"},
	{"cost_bias_ns", "host", "cost_bias_ns"},
	{"seen", "accounting", "seen"},
	{"received", "accounting", "received"},
	{"spilled", "accounting", "spilled"},
	{"unseen", "accounting", "unseen"},
	{"unmeasured", "accounting", "unmeasured"},
	{"task_events_lost", "accounting", "task_events_lost"},
	{"recent_span_ns", "recent", "span_ns"},
	{"recent_seen", "recent", "seen"},
	{"recent_spilled", "recent", "spilled"},
	{"recent_task_events_lost", "recent", "task_events_lost"},
	{"probe_runs", "probe", "runs"},
	{"probe_run_ns", "probe", "run_ns"},
	{"own_cpu_ns", "probe", "own_cpu_ns"},
	{"own_rss_bytes", "probe", "own_rss_bytes"},
	{"longest_pause_ns", "probe", "longest_pause_ns"},
	{"rings", "ring", "count"},
	{"ring_bytes", "ring", "bytes"},
	{"ring_high_water_bytes", "ring", "high_water_bytes"},
	{"threads", "tables", "threads"},
	{"max_threads", "tables", "max_threads"},
	{"groups", "tables", "groups"},
	{"max_groups", "tables", "max_groups"},
	{"clients", "tables", "clients"},
	{"max_clients", "tables", "max_clients"},
	{"captures", "captures", "running"},
	{"recorder_bytes", "captures", "recorder_bytes"},
	{"max_recorder_bytes", "captures", "max_recorder_bytes"},
	{"recorder_span_ns", "captures", "recorder_span_ns"},
};

enum { NR_FIGURES = ARRAY_SIZE(figures) };

static json_object *figure(json_object *reply, const struct figure *f)
{
	return read_member(read_member(reply, f->part), f->member);
}

static void print_json(json_object *reply)
{
	json_object *o = json_print_begin();
	static const char *const texts[] = {"tvtraced", "kernel", "cost_source"};

	json_object_object_add(o, "healthy", json_object_new_boolean(!lost(reply)));
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		json_object_object_add(o, texts[i],
				       json_object_new_string(read_text(host(reply), texts[i])));
	for (size_t i = 0; i < NR_FIGURES; i++)
		json_object_object_add(o, figures[i].key,
				       json_object_get(figure(reply, &figures[i])));
	json_print_end(o);
}

static void print_csv(const struct status_command *c, json_object *reply)
{
	if (!c->begun) {
		fputs("healthy", stdout);
		for (size_t i = 0; i < NR_FIGURES; i++)
			printf(",%s", figures[i].key);
		fputs("\r\n", stdout);
	}
	fputs(lost(reply) ? "0" : "1", stdout);
	for (size_t i = 0; i < NR_FIGURES; i++) {
		json_object *v = figure(reply, &figures[i]);

		putchar(',');
		if (v)
			csv_field(stdout, json_object_to_json_string(v));
	}
	fputs("\r\n", stdout);
}

static int print(struct status_command *c, json_object *reply)
{
	switch (c->common.output) {
	case OUTPUT_TEXT:
		if (c->begun)
			putchar('\n');
		print_text(reply);
		break;
	case OUTPUT_JSON:
		print_json(reply);
		break;
	case OUTPUT_CSV:
		print_csv(c, reply);
		break;
	}
	c->begun = true;
	return std_streams_flush();
}

/* Prints the status once or repeatedly; returns the exit status for the last reply. */
static int repeat(struct status_command *c, struct session *session)
{
	static const char request[] =
		"\"op\":\"snapshot\",\"parts\":[\"host\",\"accounting\",\"recent\",\"ring\","
		"\"probe\",\"tables\",\"captures\",\"cost_sums\",\"creations\",\"tlb\"]";
	u64 done = 1, due_ns = clock_ns();
	int status, err = 0, healthy = CLIENT_NO_DAEMON; /* until the daemon answers */
	json_object *reply;

	do {
		status = session_ask(session, request, &reply);
		if (status || !reply)
			break;
		healthy = lost(reply) ? CLIENT_FAILED : CLIENT_OK;
		err = print(c, reply);
		json_object_put(reply);
	} while (!err && common_next(&c->common, &done, &due_ns));
	if (status)
		return status;
	status = common_output_status(err);
	return status ? status : healthy;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct status_command *c = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		common_init(&c->common, state);
		return 0;
	case ARGP_KEY_ARG:
		exit(fail(CLIENT_USAGE,
			  "'%s': there is nothing to name here; see tvtrace help status", arg));
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

int command_status(int argc, char **argv)
{
	static const struct argp_child children[] = {{&common_argp, 0, NULL, 0}, {0}};
	static const struct argp argp = {
		.parser = parse,
		.doc = "How the running tvtraced is, and whether it lost anything."
		       "\v"
		       "spilled: switches whose records did not fit a ring; they are in all totals "
		       "and "
		       "histograms, and in no group. unseen: switches that the kernel counted and "
		       "no "
		       "program observed. unmeasured: switches without a cost.\n\n"
		       "Exit status: 0 healthy; 1 something was spilled or lost in the last "
		       "minute, or "
		       "another failure; 2 no tvtraced answers; 3 a bad option.",
		.children = children};
	struct status_command c = {0};
	struct session *session;
	int status;

	arguments_parse(&argp, argc, argv, &c);
	interrupt_catch();
	status = session_open(&session, c.common.socket);
	if (!status)
		status = repeat(&c, session);
	session_close(session);
	return status;
}
