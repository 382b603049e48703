// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* `advise`: what an application is, what switching costs it, and what threads would change. */
#include <argp.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "advise/advise.h"
#include "client/capturing.h"
#include "client/command.h"
#include "client/common_options.h"
#include "client/interrupt.h"
#include "client/json_read.h"
#include "client/relay.h"
#include "common/alloc.h"
#include "common/arguments.h"
#include "common/error.h"
#include "common/std_streams.h"
#include "common/text.h"
#include "protocol.h"
#include "report/trace_file.h"

enum { OPTION_APP = 256, OPTION_FOR, OPTION_LAST, OPTION_LIMIT, OPTION_JSON, OPTION_SOCKET };

enum { DEFAULT_LIMIT = 20 };

#define DEFAULT_LAST_NS 30000000000ULL
/* Some millions of switches, after which more tell nothing new. */
#define ENOUGH_BYTES (128ULL << 20)

struct advise_command {
	const char *socket, *application;
	u64 for_ns, last_ns, limit;
	bool json;
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct advise_command *c = state->input;
	const double most_s = PROTOCOL_MAX_CAPTURE_MS / 1000.0;

	switch (key) {
	case OPTION_APP:
		if (!*arg)
			exit(fail(CLIENT_USAGE, "--app: the name is empty"));
		c->application = arg;
		return 0;
	case OPTION_FOR:
		c->for_ns = arguments_seconds("for", arg, 0.001, most_s);
		return 0;
	case OPTION_LAST:
		c->last_ns = arguments_seconds("last", arg, 0.001, most_s);
		return 0;
	case OPTION_LIMIT:
		c->limit = arguments_number("limit", arg, 1, 1000000000);
		return 0;
	case OPTION_JSON:
		c->json = true;
		return 0;
	case OPTION_SOCKET:
		c->socket = arg;
		return 0;
	case ARGP_KEY_ARG:
		exit(fail(CLIENT_USAGE,
			  "'%s': there is nothing to name here; --app names the application", arg));
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* Follows a capture until it ends, or until it has enough. The first signal ends it early. */
static int follow(struct session *s)
{
	bool ending = false;

	for (;;) {
		struct capturing_progress p;
		bool came;
		int status = capturing_next(s, &p, &came);

		if (status)
			return status;
		if (!ending && (!came || interrupted() || p.bytes > ENOUGH_BYTES)) {
			session_end(s);
			ending = true;
		}
		if (came && p.state == CAPTURING_FAILED)
			return fail(CLIENT_FAILED, "cannot keep what is seen: %s", p.message);
		if (came && p.state == CAPTURING_DONE) {
			interrupt_forget();
			return CLIENT_OK;
		}
	}
}

/* The daemon writes to a pipe, so that the memory is this process's and not the daemon's. */
static int write_capture(struct session *s, const struct capturing *wanted, int fd)
{
	int end, err, status;
	struct relay *relay = relay_start(fd, &end);

	if (!relay)
		return fail(CLIENT_FAILED, "cannot make a pipe: %s", strerror(errno));
	capturing_start(s, wanted, end);
	close(end);
	status = follow(s);
	if (status == CLIENT_NO_DAEMON)
		return status;
	session_end(s);
	err = relay_finish(relay);
	return err && !status ? fail(CLIENT_FAILED, "cannot keep what is seen: %s", strerror(-err))
			      : status;
}

/* Has the daemon write a capture to memory. *fd is at its beginning; the caller must close it. */
static int capture(const struct advise_command *c, int *fd)
{
	const struct capturing wanted = {.last_ns = c->last_ns, .for_ns = c->for_ns, .cpu = -1};
	struct session *s;
	int status = session_open(&s, c->socket);

	*fd = -1;
	if (!status) {
		*fd = memfd_create("tvtrace-advise", MFD_CLOEXEC);
		if (*fd < 0)
			status = fail(CLIENT_FAILED, "cannot get memory for what is seen: %s",
				      strerror(errno));
	}
	if (!status)
		status = write_capture(s, &wanted, *fd);
	session_close(s);
	if (!status && lseek(*fd, 0, SEEK_SET) < 0)
		status = fail(CLIENT_FAILED, "cannot read what was seen: %s", strerror(errno));
	return status;
}

/* A capture names applications as they were when it began, and a process may have come since. */
static int update_applications(const struct advise_command *c, struct trace_model *m)
{
	struct json_object *reply = NULL, *names;
	struct session *s;
	int status = session_open(&s, c->socket);

	if (!status)
		status = session_ask(s, "\"op\":\"snapshot\",\"parts\":[\"group_names\"]", &reply);
	names = read_member(reply, "group_names");
	for (size_t i = 0; i < read_length(names); i++) {
		struct json_object *group = read_item(names, i);
		struct json_object *application = read_member(group, "application");

		if (application)
			trace_model_set_application(m, (u32)read_number(group, "tgid"),
						    read_text(application, "name"),
						    read_text(application, "kind"));
	}
	json_object_put(reply);
	session_close(s);
	return status;
}

/* Takes ownership of the file descriptor. */
static void read_trace(struct trace_model *m, int fd)
{
	struct trace_file *file = trace_file_new(fd);
	const TracePacket *p;

	while ((p = trace_file_next(file)))
		trace_model_packet(m, p);
	trace_file_close(file);
}

static struct advice advice_of(const struct seen_application *seen, const struct advise *a,
			       const struct trace_model *m)
{
	const struct traced *busiest = seen->groups[0].leader;
	struct advice v = {
		.seen = seen,
		.shape = shape_of(&seen->features, (u32)sysconf(_SC_NPROCESSORS_ONLN)),
		.creates = shape_creates(&seen->features),
		.runtime = runtime_of(busiest->tgid, busiest->start_ns, busiest->name),
		.estimate = estimate_of(seen, &a->prices),
	};

	if (a->one)
		v.memory = memory_of(m, seen->row);
	return v;
}

static bool is_wanted(const struct advise_command *c, const struct seen_application *seen)
{
	return !c->application || !strcmp(c->application, seen->row->name);
}

static int tell_missing(const struct advise_command *c, const struct advise *a)
{
	char name[256];

	text_printable(name, sizeof(name), c->application);
	return fail(CLIENT_FAILED,
		    "--app: no application '%s' ran in these %.1f s; `tvtrace groups --app' lists "
		    "those that are known, and --for S looks at the next S seconds",
		    name, a->seconds);
}

static int measure(const struct advise_command *c, struct advise *a)
{
	struct session *s;
	int status = session_open(&s, c->socket);

	if (!status)
		status = prices_measure(&a->prices, s);
	session_close(s);
	return status;
}

static int advise(const struct advise_command *c, struct advise *a, const struct trace_model *m,
		  struct seen *seen)
{
	size_t n;
	const struct seen_application *applications = seen_applications(seen, &n);
	bool needed = false;
	int status;

	a->summary = trace_model_summary(m);
	a->time_ns = trace_monotonic(m, a->summary->last_ns);
	a->seconds = seen_seconds(seen);
	if (!a->summary->switches)
		return fail(CLIENT_FAILED,
			    c->for_ns ? "nothing was seen in that time; give --for more seconds"
				      : "the flight recorder has nothing; --for S looks at the "
					"next S seconds");
	a->advices = xcalloc(n + 1, sizeof(*a->advices));
	for (size_t i = 0; i < n; i++) {
		a->n += is_wanted(c, &applications[i]);
		needed = needed || (is_wanted(c, &applications[i]) &&
				    estimate_needs_prices(&applications[i]));
	}
	if (c->application && !a->n)
		return tell_missing(c, a);
	a->prices = prices_none;
	status = needed ? measure(c, a) : CLIENT_OK;
	if (status)
		return status;
	a->n = 0;
	for (size_t i = 0; i < n; i++)
		if (is_wanted(c, &applications[i]))
			a->advices[a->n++] = advice_of(&applications[i], a, m);
	if (c->json)
		advise_print_json(a);
	else
		advise_print_text(a);
	return common_output_status(std_streams_flush());
}

static int run(const struct advise_command *c)
{
	struct advise a = {.one = c->application != NULL, .limit = c->limit};
	struct trace_model *m;
	struct seen *seen;
	int fd, status;

	interrupt_catch();
	status = capture(c, &fd);
	if (status) {
		if (fd >= 0)
			close(fd);
		return status;
	}
	m = trace_model_new(0, UINT64_MAX);
	seen = seen_new(m);
	read_trace(m, fd);
	status = update_applications(c, m);
	trace_model_end(m);
	if (!status)
		status = advise(c, &a, m, seen);
	free(a.advices);
	seen_free(seen);
	trace_model_free(m);
	return status;
}

int command_advise(int argc, char **argv)
{
	static const struct argp_option options[] = {
		{"app", OPTION_APP, "NAME", 0,
		 "All about one application, as `tvtrace groups --app' names it", 1},
		{"for", OPTION_FOR, "S", 0,
		 "Look at the next S seconds; Ctrl-C ends them early. Give it the load that "
		 "matters "
		 "meanwhile",
		 1},
		{"last", OPTION_LAST, "S", 0,
		 "Look at the last S seconds, as far as the flight recorder has them (default: 30, "
		 "without --for)",
		 1},
		{"limit", OPTION_LIMIT, "N", 0,
		 "List the N applications with the most CPU time (default: 20; with --json all)",
		 2},
		{"json", OPTION_JSON, NULL, 0, "Print one JSON object", 2},
		{"socket", OPTION_SOCKET, "PATH", 0,
		 "Ask the tvtraced at PATH (default: " PROTOCOL_SOCKET ")", 3},
		{0}};
	static const struct argp argp = {
		.options = options,
		.parser = parse,
		.doc = "Tells of each application whether it is threads, processes or both, what "
		       "switching costs it, and what would change if its processes were threads, "
		       "or its threads processes."
		       "\v"
		       "It goes by the switches of some seconds, and by what a switch costs pairs "
		       "of threads and of processes on this host, which it measures then: for "
		       "about 3 s, as root in real time on the last CPU, for some milliseconds at "
		       "a time. Only root can see memory, and the runtimes of processes of "
		       "others."};
	struct advise_command c = {.socket = PROTOCOL_SOCKET, .limit = DEFAULT_LIMIT};

	arguments_parse(&argp, argc, argv, &c);
	if (!c.for_ns && !c.last_ns)
		c.last_ns = DEFAULT_LAST_NS;
	return run(&c);
}
