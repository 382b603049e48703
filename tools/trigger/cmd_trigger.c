// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* `trigger`: saves the last seconds as soon as a condition has been true for its hold time. */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "client/capturing.h"
#include "client/command.h"
#include "client/common_options.h"
#include "client/interrupt.h"
#include "client/json_read.h"
#include "common/alloc.h"
#include "common/arguments.h"
#include "common/clock.h"
#include "common/error.h"
#include "common/format.h"
#include "common/names.h"
#include "common/std_streams.h"
#include "common/text.h"
#include "lists/histogram_query.h"
#include "lists/listing.h"
#include "lists/model.h"
#include "protocol.h"
#include "trigger/condition.h"
#include "trigger/trigger_files.h"

enum {
	OPTION_LAST = 256,
	OPTION_EVERY,
	OPTION_FILES,
	OPTION_BYTES,
	OPTION_SOCKET,
	TIME_LEN = 32,
};
struct trigger_command {
	const char *socket, *directory;
	u64 interval_ns, every_ns, count;
	struct capturing wanted;
	struct trigger_files files;
	struct condition *conditions;
	size_t nr_conditions;
	/* State while the command runs: */
	struct session *session;
	struct histogram_query *histograms;
	struct model *model; /* NULL: no condition needs it, as none is of an application */
	u64 switches[NR_KINDS], grown[NR_KINDS];
	u64 saved;
};

static void add_condition(struct trigger_command *c, const char *text, const char *where)
{
	char message[CONDITION_MESSAGE_LEN];

	c->conditions = xrealloc(c->conditions, c->nr_conditions + 1, sizeof(struct condition));
	if (!condition_parse(&c->conditions[c->nr_conditions++], text, message))
		exit(fail(CLIENT_USAGE,
			  "%s'%.80s': %s; `tvtrace help trigger' shows how conditions are written",
			  where, text, message));
}

static void forget_conditions(struct trigger_command *c)
{
	for (size_t i = 0; i < c->nr_conditions; i++)
		condition_release(&c->conditions[i]);
	free(c->conditions);
	c->conditions = NULL;
	c->nr_conditions = 0;
}

static void read_conditions(struct trigger_command *c, const char *path)
{
	FILE *file = fopen(path, "re");
	char *line = NULL, where[256];
	size_t room = 0;
	int number = 0;

	if (!file)
		exit(fail(CLIENT_FAILED, "cannot open %s: %s; give --config another file", path,
			  strerror(errno)));
	errno = 0;
	while (getline(&line, &room, file) >= 0) {
		line[strcspn(line, "\n")] = '\0';
		snprintf(where, sizeof(where), "%s:%d: ", path, ++number);
		if (line[strspn(line, " \t")] && line[strspn(line, " \t")] != '#')
			add_condition(c, line, where);
	}
	if (ferror(file))
		exit(fail(CLIENT_FAILED, "cannot read %s: %s; give --config another file", path,
			  strerror(errno)));
	free(line);
	fclose(file);
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct trigger_command *c = state->input;
	const double most_s = PROTOCOL_MAX_CAPTURE_MS / 1000.0;

	switch (key) {
	case ARGP_KEY_INIT:
		forget_conditions(c);
		return 0;
	case 'c':
		read_conditions(c, arg);
		return 0;
	case 'd':
		c->directory = arg;
		return 0;
	case 'i':
		c->interval_ns = arguments_seconds("interval", arg, 0.1, 3600);
		return 0;
	case 'n':
		c->count = arguments_number("count", arg, 1, 1000000000);
		return 0;
	case 'z':
		c->wanted.compress = true;
		return 0;
	case OPTION_LAST:
		c->wanted.last_ns = arguments_seconds("last", arg, 0.001, most_s);
		return 0;
	case OPTION_EVERY:
		c->every_ns = arguments_seconds("every", arg, 0, 1e6);
		return 0;
	case OPTION_FILES:
		c->files.max_files = arguments_number("files", arg, 1, 1000000);
		return 0;
	case OPTION_BYTES:
		c->files.max_bytes = arguments_size("bytes", arg, 1, (u64)1 << 50);
		return 0;
	case OPTION_SOCKET:
		c->socket = arg;
		return 0;
	case ARGP_KEY_ARG:
		add_condition(c, arg, "");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static void take_switches(struct trigger_command *c)
{
	struct json_object *list = read_member(histogram_query_reply(c->histograms), "switches");
	u64 now[NR_KINDS] = {0};

	for (size_t i = 0; i < read_length(list); i++)
		for (int k = 0; k < NR_KINDS; k++)
			if (!strcmp(read_text(read_item(list, i), "kind"), kind_names[k]))
				now[k] += read_number(read_item(list, i), "count");
	for (int k = 0; k < NR_KINDS; k++) {
		c->grown[k] = now[k] - c->switches[k];
		c->switches[k] = now[k];
	}
}

static int refresh(struct trigger_command *c)
{
	int status = histogram_query_refresh(c->histograms);

	if (status || !histogram_query_reply(c->histograms))
		return status;
	take_switches(c);
	return c->model ? model_refresh(c->model) : CLIENT_OK;
}

static double rate(const struct trigger_command *c, int kind)
{
	u64 sum = 0;

	for (int k = 0; k < NR_KINDS; k++)
		sum += kind < 0 || kind == k ? c->grown[k] : 0;
	return (double)sum * 1e9 / (double)histogram_query_interval_ns(c->histograms);
}

/* Returns the cost share of an application, or NAN if there is no such application. */
static double share(const struct trigger_command *c, const char *application)
{
	double result = NAN;
	size_t n;
	struct row *rows = model_applications(c->model, &n);

	for (size_t i = 0; i < n; i++)
		if (!strcmp(rows[i].name, application) && rows[i].seconds > 0)
			result = (double)rows[i].cost_ns / 1e9 / rows[i].seconds;
	free(rows);
	return result;
}

/* Returns NAN if the histogram is empty. */
static double of_histogram(const struct condition *k, const struct histogram *h)
{
	if (!h->count)
		return NAN;
	return k->figure == FIGURE_MEAN ? histogram_mean(h)
					: (double)histogram_quantile(h, k->quantile);
}

static double of_waits(const struct trigger_command *c, const struct condition *k)
{
	struct histogram sum = {0};
	double result;

	for (int w = 0; w < NR_WAITS; w++)
		if (k->after < 0 || k->after == w)
			histogram_merge(&sum, histogram_query_wait(c->histograms, w));
	result = of_histogram(k, &sum);
	histogram_release(&sum);
	return result;
}

static double figure_of(const struct trigger_command *c, const struct condition *k)
{
	if (k->figure == FIGURE_RATE)
		return rate(c, k->kind);
	if (k->figure == FIGURE_COST)
		return share(c, k->application);
	if (k->of_waits)
		return of_waits(c, k);
	return of_histogram(k, histogram_query_cost(c->histograms, k->kind));
}

static char *format_time(char text[TIME_LEN], u64 ago_ns)
{
	time_t t = (time_t)((clock_read_ns(CLOCK_REALTIME) - ago_ns) / NSEC_PER_SEC);
	struct tm tm;

	gmtime_r(&t, &tm);
	strftime(text, TIME_LEN, "%Y-%m-%d %H:%M:%S UTC", &tm);
	return text;
}

/* A capture needs a connection of its own; the other one is for snapshots. */
static int run_capture(const struct trigger_command *c, int fd, struct capturing_progress *p)
{
	struct session *s;
	bool came;
	int status = session_open(&s, c->socket);

	*p = (struct capturing_progress){0};
	if (!status)
		capturing_start(s, &c->wanted, fd);
	while (!status && p->state == CAPTURING_RUNS) {
		status = capturing_next(s, p, &came);
		/* After a signal, let the daemon complete the capture. */
		if (!status && !came)
			session_end(s);
	}
	session_close(s);
	return status;
}

static char *describe(const struct trigger_command *c, const struct condition *k, u64 since_ns,
		      const struct capturing_progress *p)
{
	struct json_object *host = read_member(histogram_query_reply(c->histograms), "host");
	char now[TIME_LEN], since[TIME_LEN], figure[CONDITION_VALUE_LEN], *text;

	if (asprintf(&text,
		     "condition  %s\n"
		     "figure     %s in the last %.3g s\n"
		     "true since %s, %.3g s\n"
		     "saved      %s, the %.3g s before\n"
		     "capture    %" PRIu64 " switches, %" PRIu64 " lost, %" PRIu64 " bytes%s%s\n"
		     "host       Linux %s, tvtraced %s, cost source %s, bias %" PRIu64 " ns\n",
		     k->text, condition_format(figure, k, k->last_figure),
		     (double)histogram_query_interval_ns(c->histograms) / 1e9,
		     format_time(since, since_ns), (double)since_ns / 1e9, format_time(now, 0),
		     (double)c->wanted.last_ns / 1e9, p->switches, p->lost, p->bytes,
		     p->message[0] ? "; cut off: " : "", p->message, read_text(host, "kernel"),
		     read_text(host, "tvtraced"), read_text(host, "cost_source"),
		     read_number(host, "cost_bias_ns")) < 0)
		exit(fail(CLIENT_FAILED, "out of memory"));
	/* Escape each line by itself, in order to keep the newlines. */
	for (char *line = text, *end; (end = strchr(line, '\n')); line = end + 1) {
		*end = '\0';
		text_disarm(line);
		*end = '\n';
	}
	return text;
}

static bool is_empty(int fd)
{
	struct stat st;

	return !fstat(fd, &st) && !st.st_size;
}

/*
 * Saves a capture. A failure to write gives a warning only, because there may be room for the next
 * capture.
 */
static int save(struct trigger_command *c, struct condition *k)
{
	u64 since_ns = histogram_query_time_ns(c->histograms) - k->true_since_ns;
	char name[TRIGGER_NAME_LEN], figure[CONDITION_VALUE_LEN], now[TIME_LEN], *text;
	struct capturing_progress p;
	int fd = trigger_files_begin(&c->files, name), status, err;
	bool empty;

	k->saved_ns = histogram_query_time_ns(c->histograms);
	k->true_since_ns = 0;
	if (fd < 0) {
		warn("cannot make a file in %s: %s; `%s' is not saved", c->files.path,
		     strerror(-fd), k->text);
		return CLIENT_OK;
	}
	status = run_capture(c, fd, &p);
	empty = is_empty(fd);
	close(fd);
	if (empty) {
		trigger_files_drop(&c->files, name);
		warn("`%s' is not saved%s%s", k->text, p.message[0] ? ": " : "", p.message);
		return status == CLIENT_NO_DAEMON ? status : CLIENT_OK;
	}
	text = describe(c, k, since_ns, &p);
	err = trigger_files_end(&c->files, name, text);
	free(text);
	if (p.state == CAPTURING_FAILED || err)
		warn("cannot write %s/%s: %s; what it has is readable", c->files.path, name,
		     err ? strerror(-err) : p.message);
	printf("%s  %s: %s, saved as %s/%s.pftrace\n", format_time(now, 0), k->text,
	       condition_format(figure, k, k->last_figure), c->files.path, name);
	c->saved++;
	return status ? status : common_output_status(std_streams_flush());
}

static bool may_save(const struct trigger_command *c, const struct condition *k)
{
	return !k->saved_ns || histogram_query_time_ns(c->histograms) - k->saved_ns >= c->every_ns;
}

static bool ended(const struct trigger_command *c)
{
	return interrupted() || (c->count && c->saved >= c->count);
}

static int watch(struct trigger_command *c)
{
	u64 due_ns = clock_ns();
	int status = refresh(c);

	while (!status && !ended(c)) {
		due_ns += c->interval_ns;
		if (due_ns < clock_ns())
			due_ns = clock_ns() + c->interval_ns;
		interrupt_wait_until(due_ns);
		if (interrupted())
			break;
		status = refresh(c);
		if (status || !histogram_query_reply(c->histograms))
			break;
		for (size_t i = 0; i < c->nr_conditions && !status && !ended(c); i++) {
			struct condition *k = &c->conditions[i];

			if (condition_update(k, figure_of(c, k),
					     histogram_query_time_ns(c->histograms),
					     histogram_query_interval_ns(c->histograms)) &&
			    may_save(c, k))
				status = save(c, k);
		}
	}
	return status;
}

/* Returns whether the daemon does not measure what a condition is about. */
static bool is_not_measured(struct json_object *host, const struct condition *k)
{
	if (k->figure == FIGURE_RATE)
		return false;
	return *read_text(host, k->of_waits ? "wait_reason" : "cost_reason");
}

/* Refuses conditions that this daemon can never meet, or captures that it cannot save. */
static int check(const struct trigger_command *c, struct json_object *reply)
{
	u64 max = read_number(read_member(reply, "captures"), "max_recorder_bytes");
	struct json_object *host = read_member(reply, "host");

	if (!max)
		return fail(CLIENT_FAILED, "the flight recorder is turned off: there is nothing to "
					   "save; start tvtraced with --recorder");
	for (size_t i = 0; i < c->nr_conditions; i++)
		if (is_not_measured(host, &c->conditions[i]))
			return fail(CLIENT_FAILED,
				    "`%s': this tvtraced measures no %s; "
				    "`tvtrace status' says why",
				    c->conditions[i].text,
				    c->conditions[i].of_waits ? "waits" : "cost");
	return CLIENT_OK;
}

static int run(struct trigger_command *c)
{
	struct histogram_query_filter all = {.from = -1, .kind = -1};
	struct json_object *reply = NULL;
	int status = session_open(&c->session, c->socket);

	if (!status)
		status = session_ask(c->session,
				     "\"op\":\"snapshot\",\"parts\":[\"captures\",\"host\"]",
				     &reply);
	if (!status && reply)
		status = check(c, reply);
	json_object_put(reply);
	if (status)
		return status;
	for (size_t i = 0; i < c->nr_conditions; i++) {
		if (c->conditions[i].of_waits)
			all.waits = true;
		if (c->conditions[i].figure == FIGURE_COST && !c->model)
			c->model = model_new(c->session, MODEL_GROUPS, 0);
	}
	c->histograms = histogram_query_new(c->session, &all);
	return watch(c);
}

static void release(struct trigger_command *c)
{
	histogram_query_free(c->histograms);
	model_free(c->model);
	session_close(c->session);
	trigger_files_close(&c->files);
	forget_conditions(c);
}

static const struct argp_option options[] = {
	{"directory", 'd', "DIR", 0, "Save into DIR, which must exist (default: .)", 1},
	{"last", OPTION_LAST, "S", 0, "Save the last S seconds (default: 30)", 1},
	{"compress", 'z', NULL, 0, "Compress what is inside of the captures", 1},
	{"config", 'c', "FILE", 0, "Conditions, one per line; # begins a comment", 1},
	{"interval", 'i', "S", 0, "Look every S seconds (default: 1)", 2},
	{"every", OPTION_EVERY, "S", 0,
	 "Save at most once in S seconds for one condition (default: 300)", 2},
	{"count", 'n', "N", 0, "End when N captures have been saved", 2},
	{"files", OPTION_FILES, "N", 0, "Keep the newest N captures (default: 20)", 3},
	{"bytes", OPTION_BYTES, "SIZE", 0,
	 "Keep no more than SIZE, but for the newest one (default: 1G)", 3},
	{"socket", OPTION_SOCKET, "PATH", 0,
	 "Ask the tvtraced at PATH (default: " PROTOCOL_SOCKET ")", 4},
	{0}};

int command_trigger(int argc, char **argv)
{
	static const struct argp argp = {
		.options = options,
		.parser = parse,
		.args_doc = "CONDITION...",
		.doc = "Saves what the flight recorder has as soon as a condition holds. Runs "
		       "until "
		       "it is ended by a signal."
		       "\v"
		       "A condition is FIGURE > VALUE or FIGURE < VALUE. Ending in for TIME, it "
		       "must be true in each interval for so long. Figures are of one interval:\n\n"
		       "  p99 process > 20us     a quantile of a kind's cost: p50, p90, p99, p999\n"
		       "  mean thread > 2us      its mean; kinds are thread, process, kthread, "
		       "idle\n"
		       "  p99 wait > 5ms         the same of waits for a CPU\n"
		       "  mean wait woken > 1ms  after that: woken, preempted, start, unknown\n"
		       "  rate > 200k            switches per second\n"
		       "  rate thread > 50k      switches of one kind per second\n"
		       "  cost a.service > 2%    what an application's switches cost, of one "
		       "CPU\n\n"
		       "Each capture is tvtrace-trigger-TIME.pftrace, with a .txt that says why; "
		       "while it is written it ends in .part. The oldest ones in DIR are removed.",
	};
	struct trigger_command c = {.socket = PROTOCOL_SOCKET,
				    .directory = ".",
				    .interval_ns = NSEC_PER_SEC,
				    .every_ns = 300 * NSEC_PER_SEC,
				    .wanted = {.cpu = -1, .last_ns = 30 * NSEC_PER_SEC},
				    .files = {.fd = -1, .max_files = 20, .max_bytes = 1 << 30}};
	int status;

	arguments_parse(&argp, argc, argv, &c);
	if (!c.nr_conditions)
		return fail(CLIENT_USAGE,
			    "CONDITION is missing; `tvtrace help trigger' shows some");
	interrupt_catch();
	status = trigger_files_open(&c.files, c.directory);
	if (!status)
		status = run(&c);
	release(&c);
	return status;
}
