// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* `capture`: a Perfetto trace of the last seconds, of the next ones, or of both. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "client/capturing.h"
#include "client/command.h"
#include "client/interrupt.h"
#include "client/relay.h"
#include "common/arguments.h"
#include "common/error.h"
#include "common/format.h"
#include "protocol.h"

enum {
	OPTION_LAST = 256,
	OPTION_FOR,
	OPTION_CPU,
	OPTION_TGID,
	OPTION_APP,
	OPTION_FORCE,
	OPTION_SOCKET
};

#define DEFAULT_LAST_S 30

struct capture_command {
	const char *socket, *path;
	struct capturing wanted;
	bool force;
	char name[64]; /* default file name, used if no name was given */
	bool created;
	int fd;
	char failure[128]; /* why the file could not be written; "": it could */
	bool progress;	   /* standard error is a terminal */
};

static const u64 ms = 1000000;

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct capture_command *c = state->input;
	const double most_s = PROTOCOL_MAX_CAPTURE_MS / 1000.0;

	switch (key) {
	case OPTION_LAST:
		c->wanted.last_ns = arguments_seconds("last", arg, 0, most_s);
		return 0;
	case OPTION_FOR:
		c->wanted.for_ns = arguments_seconds("for", arg, 0, most_s);
		return 0;
	case OPTION_CPU:
		c->wanted.cpu = (int)arguments_number("cpu", arg, 0, 1 << 20);
		return 0;
	case OPTION_TGID:
		c->wanted.tgid = (u32)arguments_number("tgid", arg, 1, UINT32_MAX);
		return 0;
	case OPTION_APP:
		if (!*arg)
			exit(fail(CLIENT_USAGE, "--app: the name is empty"));
		c->wanted.application = arg;
		return 0;
	case OPTION_FORCE:
		c->force = true;
		return 0;
	case OPTION_SOCKET:
		c->socket = arg;
		return 0;
	case 'o':
		if (!*arg)
			exit(fail(CLIENT_USAGE, "--output: the path is empty"));
		c->path = arg;
		return 0;
	case 'z':
		c->wanted.compress = true;
		return 0;
	case ARGP_KEY_ARG:
		exit(fail(CLIENT_USAGE, "'%s': there is nothing to name here; -o names the file",
			  arg));
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static int fail_open(const struct capture_command *c)
{
	if (errno == EEXIST)
		return fail(CLIENT_FAILED, "%s exists; give -o another name, or --force", c->path);
	if (errno == ELOOP)
		return fail(CLIENT_FAILED, "%s is a symbolic link; give -o another name", c->path);
	if (errno == ENXIO)
		return fail(CLIENT_FAILED, "%s is a pipe that nobody reads; start its reader first",
			    c->path);
	return fail(CLIENT_FAILED, "cannot open %s: %s; give -o another name", c->path,
		    strerror(errno));
}

static int open_file(struct capture_command *c)
{
	int flags = O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY;
	time_t now = time(NULL);

	if (!c->path) {
		strftime(c->name, sizeof(c->name), "tvtrace-%Y%m%d-%H%M%S.pftrace",
			 localtime(&now));
		c->path = c->name;
	}
	if (!strcmp(c->path, "-")) {
		c->fd = STDOUT_FILENO;
		if (isatty(c->fd))
			return fail(CLIENT_USAGE, "-o -: a trace is nothing for a terminal; "
						  "redirect standard output");
		if (fcntl(c->fd, F_GETFL) & O_PATH)
			return fail(CLIENT_USAGE, "-o -: standard output is closed; redirect it");
		return CLIENT_OK;
	}
	c->fd = open(c->path, flags | (c->force ? O_TRUNC : O_EXCL), 0666);
	if (c->fd < 0)
		return fail_open(c);
	c->created = !c->force;
	fcntl(c->fd, F_SETFL, fcntl(c->fd, F_GETFL) & ~O_NONBLOCK);
	return CLIENT_OK;
}

/* How many seconds of the requested time span have been written. */
static double seconds_done(const struct capturing_progress *p)
{
	return p->last_ns > p->begin_ns ? (double)(p->last_ns - p->begin_ns) / 1e9 : 0;
}

static void show_progress(const struct capture_command *c, const struct capturing_progress *p,
			  const char *end)
{
	char switches[FORMAT_LEN], bytes[FORMAT_LEN];

	if (!c->progress && !*end)
		return;
	fprintf(stderr, "%s%s: %.1f s, %s switches, %s bytes", c->progress ? "\r\033[K" : "",
		strcmp(c->path, "-") ? c->path : "standard output", seconds_done(p),
		format_count(switches, (double)p->switches), format_count(bytes, (double)p->bytes));
	if (p->lost)
		fprintf(stderr, ", %" PRIu64 " lost", p->lost);
	fputs(end, stderr);
}

/* Follows the capture until it ends. The first signal asks the daemon to end it. */
static int follow(struct capture_command *c, struct session *s)
{
	bool ending = false, came;

	for (;;) {
		struct capturing_progress p;
		int status = capturing_next(s, &p, &came);

		if (status)
			return status;
		if (!came || (interrupted() && !ending)) {
			session_end(s);
			ending = true;
		}
		if (!came)
			continue;
		show_progress(c, &p, p.state == CAPTURING_RUNS ? "" : "\n");
		if (p.state == CAPTURING_FAILED) {
			snprintf(c->failure, sizeof(c->failure), "%s", p.message);
			return CLIENT_FAILED;
		}
		if (p.state == CAPTURING_DONE)
			return CLIENT_OK;
	}
}

/* Has the daemon write to the file, or to a pipe from which the client does. */
static int write_capture(struct capture_command *c, struct session *s)
{
	struct relay *relay = NULL;
	int fd = c->fd, err, status;

	if (relay_is_needed(c->fd)) {
		relay = relay_start(c->fd, &fd);
		if (!relay)
			return fail(CLIENT_FAILED, "cannot make a pipe to %s: %s", c->path,
				    strerror(errno));
	}
	capturing_start(s, &c->wanted, fd);
	if (relay)
		close(fd);
	status = follow(c, s);
	/* A daemon that does not answer may keep its end of the pipe for ever. */
	if (relay && status != CLIENT_NO_DAEMON) {
		/* Whatever state the capture is in, the daemon lets go of the pipe. */
		session_end(s);
		err = relay_finish(relay);
		if (err)
			snprintf(c->failure, sizeof(c->failure), "%s", strerror(-err));
	}
	return *c->failure ? fail(CLIENT_FAILED, "cannot write %s: %s; what it has is readable",
				  c->path, c->failure)
			   : status;
}

static int capture(struct capture_command *c)
{
	struct session *s;
	struct stat st;
	int status = session_open(&s, c->socket);

	if (!status)
		status = open_file(c);
	if (status) {
		session_close(s);
		return status;
	}
	status = write_capture(c, s);
	session_close(s);
	/* Remove the empty file of a capture that was refused. */
	if (status && c->created && !fstat(c->fd, &st) && !st.st_size)
		unlink(c->path);
	return status;
}

int command_capture(int argc, char **argv)
{
	static const struct argp_option options[] = {
		{"last", OPTION_LAST, "S", 0,
		 "The last S seconds, as far as the flight recorder has them (default: 30, without "
		 "--for)",
		 1},
		{"for", OPTION_FOR, "S", 0, "The next S seconds; Ctrl-C ends them early", 1},
		{"output", 'o', "FILE", 0,
		 "Write to FILE, which must not exist; - for standard output (default: "
		 "tvtrace-DATE-TIME.pftrace)",
		 1},
		{"force", OPTION_FORCE, NULL, 0, "Replace what FILE has", 1},
		{"compress", 'z', NULL, 0, "Compress what is inside of the trace", 1},
		{"tgid", OPTION_TGID, "N", 0,
		 "Switches into and out of one thread group only: all others look like idle", 1},
		{"app", OPTION_APP, "NAME", 0,
		 "Write only the switches from and to one application, as `tvtrace groups --app' "
		 "names it, and of what its "
		 "processes create",
		 1},
		{"cpu", OPTION_CPU, "N", 0, "Switches of this CPU only", 1},
		{"socket", OPTION_SOCKET, "PATH", 0,
		 "Ask the tvtraced at PATH (default: " PROTOCOL_SOCKET ")", 2},
		{0}};
	static const struct argp argp = {
		.options = options,
		.parser = parse,
		.doc = "A trace of what was, of what comes, or of both, to be opened in Perfetto's "
		       "UI."
		       "\v"
		       "The UI shows the tasks on each CPU and, under `switches', what each switch "
		       "was and "
		       "what it cost. doc/capture.md of the sources tells all that a capture "
		       "has."};
	struct capture_command c = {.socket = PROTOCOL_SOCKET,
				    .wanted = {.cpu = -1},
				    .fd = -1,
				    .progress = isatty(STDERR_FILENO)};

	arguments_parse(&argp, argc, argv, &c);
	if (c.wanted.tgid && c.wanted.application)
		return fail(CLIENT_USAGE, "--tgid and --app exclude each other; give one of them");
	if (!c.wanted.last_ns && !c.wanted.for_ns)
		c.wanted.last_ns = DEFAULT_LAST_S * 1000 * ms;
	interrupt_catch();
	return capture(&c);
}
