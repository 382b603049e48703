// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "options.h"

#include <argp.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/arguments.h"
#include "common/clock.h"
#include "common/error.h"
#include "common/exit_status.h"
#include "outputs/group_label.h"
#include "probes/cost_source.h"
#include "probes/creation_source.h"
#include "protocol.h"
#include "version.h"

enum {
	OPTION_RING_SIZE = 256, /* first of the options without a letter */
	OPTION_RECORDER,
	OPTION_ONCE,
	OPTION_JSON,
	OPTION_COST_SOURCE,
	OPTION_NO_WAIT,
	OPTION_CREATION_COST,
	OPTION_TLB,
	OPTION_FEATURES,
	OPTION_SOCKET,
	OPTION_GROUP_BY,

	DEFAULT_RING_BYTES = 1 << 20,
	DEFAULT_RECORDER_BYTES = 64 << 20,
	MAX_BYTES = 1 << 30,
	MIN_RECORDER_BYTES = 1 << 20,
	DEFAULT_INTERVAL_S = 1,
	DEFAULT_TEXTFILE_INTERVAL_S = 5,
	MAX_INTERVAL_S = 3600, /* spilled switches are counted in 32 bits between publications */
};

#define MIN_INTERVAL_S 0.05
#define MAX_DURATION_S (1e9)

const char *argp_program_version = "tvtraced " TVTRACED_VERSION;

static const struct argp_option argp_options[] = {
	{"interval", 'i', "S", 0,
	 "Publish every S seconds, 0.05 to 3600 (default: 1; textfile alone: 5)", 0},
	{"duration", 'd', "S", 0, "Stop by itself after S seconds", 0},
	{"textfile", 't', "PATH", 0,
	 "Write Prometheus metrics to PATH, for node_exporter's textfile collector (every 5 s "
	 "unless "
	 "--interval says otherwise); removed at exit",
	 0},
	{"group-by", OPTION_GROUP_BY, "LABEL", 0,
	 "What the textfile's label `group' is made from: comm, the program's name (default); "
	 "unit, "
	 "the application, that is the systemd unit, else the container, else the cgroup, else "
	 "comm; cgroup, the cgroup's path",
	 0},
	{"once", OPTION_ONCE, NULL, 0, "Publish once, after one interval, and exit", 0},
	{"json", OPTION_JSON, NULL, 0, "Print one JSON object per interval", 0},
	{"quiet", 'q', NULL, 0, "Print nothing but errors", 0},
	{"verbose", 'v', NULL, 0,
	 "Say what was found and chosen, what each BPF program took the kernel to verify, and "
	 "libbpf's messages",
	 0},
	{"cost-source", OPTION_COST_SOURCE, "NAME", 0,
	 "Take the end of a switch from NAME: sched_exit_tp, fentry, kprobe, or none, which counts "
	 "switches and measures no cost (default: the first of these that works here)",
	 0},
	{"creation-cost", OPTION_CREATION_COST, "NAME", 0,
	 "Time the creation of threads and processes by NAME: fentry, kprobe, timer, syscalls "
	 "(which "
	 "slows every system call of the host by about 64 ns), or none (default: auto, the first "
	 "of "
	 "fentry, kprobe and timer that works here)",
	 0},
	{"no-wait", OPTION_NO_WAIT, NULL, 0, "Do not measure how long tasks wait for a CPU", 0},
	{"tlb", OPTION_TLB, NULL, 0,
	 "Count what switches do to the TLB (x86): flush it, find their entries still there, or "
	 "neither. Adds about 60 ns to the cost of each switch that changes the address space",
	 0},
	{"features", OPTION_FEATURES, NULL, 0,
	 "Say what this kernel has, what is lost without it, and which cost source it gives (which "
	 "only root can try), and exit",
	 0},
	{"socket", OPTION_SOCKET, "PATH", 0,
	 "Answer tvtrace at PATH (default: " PROTOCOL_SOCKET "; none with --once)", 0},
	{"recorder", OPTION_RECORDER, "BYTES", 0,
	 "Keep the last BYTES of switches for tvtrace capture; 0 for none; K, M and G may follow "
	 "(default: 64M, or a quarter of the memory limit of its cgroup, if that is less)",
	 0},
	{"ring-size", OPTION_RING_SIZE, "BYTES", 0,
	 "Ring buffer of each CPU, 4096 to 1073741824, rounded up to a power of two; K and M may "
	 "follow (default: 1M)",
	 0},
	{0},
};

static const char doc[] =
	"What do context switches cost on this host, and which of them are thread switches and "
	"which process switches?"
	"\v"
	"On a terminal tvtraced shows a live view (q quits); elsewhere the same block, in plain "
	"text, every interval. NO_COLOR turns colours off. A switch is `thread' when it keeps the "
	"address space and `process' when it changes it. Its cost is the direct cost (switching "
	"page tables, registers and stack), not the cache and TLB misses that the task pays "
	"later.\n\n"
	"Exit status: 0 stopped as asked; 1 another failure; 2 bad option; 3 no privilege; 4 the "
	"kernel has no BTF; 5 it has no BPF ring buffer; 6 it has no sched_switch to attach to; "
	"7 the textfile cannot be written; 8 another tvtraced runs; 9 the control socket cannot "
	"be made.";

static size_t parse_ring_size(const char *text)
{
	size_t v = arguments_size("ring-size", text, 4096, MAX_BYTES),
	       size = (size_t)sysconf(_SC_PAGESIZE);

	while (size < v)
		size *= 2;
	return size;
}

/* Returns NULL for "auto". */
static const struct creation_source *parse_creation_source(const char *text)
{
	const struct creation_source *s = creation_source_find(text);
	char names[128] = "";

	if (s || !strcmp(text, "auto"))
		return s;
	for (size_t i = 0; (s = creation_source_at(i)); i++)
		snprintf(names + strlen(names), sizeof(names) - strlen(names), "%s%s",
			 i ? ", " : "", s->name);
	exit(fail(STATUS_USAGE, "--creation-cost: '%s' is none of these: auto, %s", text, names));
}

static const struct cost_source *parse_cost_source(const char *text)
{
	const struct cost_source *s = cost_source_find(text);
	char names[128] = "";

	if (s)
		return s;
	for (size_t i = 0; (s = cost_source_at(i)); i++)
		snprintf(names + strlen(names), sizeof(names) - strlen(names), "%s%s",
			 i ? ", " : "", s->name);
	exit(fail(STATUS_USAGE, "--cost-source: '%s' is no cost source; there are: %s", text,
		  names));
}

static const struct group_label *parse_group_by(const char *text)
{
	const struct group_label *label = group_label_find(text);
	char names[128] = "";

	if (label)
		return label;
	for (size_t i = 0; (label = group_label_at(i)); i++)
		snprintf(names + strlen(names), sizeof(names) - strlen(names), "%s%s",
			 i ? ", " : "", label->name);
	exit(fail(STATUS_USAGE, "--group-by: '%s' is no label; there are: %s", text, names));
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;

	switch (key) {
	case 'i':
		o->output.interval_ns =
			arguments_seconds("interval", arg, MIN_INTERVAL_S, MAX_INTERVAL_S);
		return 0;
	case 'd':
		o->duration_ns = arguments_seconds("duration", arg, 0, MAX_DURATION_S);
		if (!o->duration_ns)
			o->duration_ns = 1;
		return 0;
	case 't':
		if (!*arg)
			exit(fail(STATUS_USAGE, "--textfile: the path is empty"));
		o->output.textfile = arg;
		return 0;
	case OPTION_ONCE:
		o->output.once = true;
		return 0;
	case OPTION_JSON:
		o->output.json = true;
		return 0;
	case 'q':
		o->output.quiet = true;
		return 0;
	case 'v':
		verbose = true;
		return 0;
	case OPTION_COST_SOURCE:
		o->cost_source = parse_cost_source(arg);
		return 0;
	case OPTION_CREATION_COST:
		o->creation_source = parse_creation_source(arg);
		return 0;
	case OPTION_TLB:
		o->tlb = true;
		return 0;
	case OPTION_NO_WAIT:
		o->waits = false;
		return 0;
	case OPTION_GROUP_BY:
		o->output.group_by = parse_group_by(arg);
		return 0;
	case OPTION_FEATURES:
		o->features = true;
		return 0;
	case OPTION_SOCKET:
		if (!*arg)
			exit(fail(STATUS_USAGE, "--socket: the path is empty"));
		o->socket = arg;
		o->socket_given = true;
		return 0;
	case OPTION_RECORDER:
		o->recorder_bytes = arguments_size("recorder", arg, 0, MAX_BYTES);
		o->recorder_given = true;
		if (o->recorder_bytes && o->recorder_bytes < MIN_RECORDER_BYTES)
			exit(fail(STATUS_USAGE,
				  "--recorder: '%s' is less than 1M; give more, or 0 for none",
				  arg));
		return 0;
	case OPTION_RING_SIZE:
		o->ring_bytes = parse_ring_size(arg);
		return 0;
	case ARGP_KEY_ARG:
		exit(fail(STATUS_USAGE, "'%s': there is nothing to name here; see --help", arg));
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

void options_parse(struct options *o, int argc, char **argv)
{
	static const struct argp argp = {
		.options = argp_options, .parser = parse_option, .doc = doc};

	*o = (struct options){.ring_bytes = DEFAULT_RING_BYTES,
			      .recorder_bytes = DEFAULT_RECORDER_BYTES,
			      .socket = PROTOCOL_SOCKET,
			      .waits = true,
			      .output.group_by = group_label_at(0)};
	arguments_parse(&argp, argc, argv, o);
	if (o->output.json && o->output.quiet)
		exit(fail(STATUS_USAGE, "--json and --quiet exclude each other; give one of them"));
	if (o->output.once)
		o->socket = NULL;
	o->output.textfile_interval_ns = o->output.interval_ns
						 ? o->output.interval_ns
						 : DEFAULT_TEXTFILE_INTERVAL_S * NSEC_PER_SEC;
	if (!o->output.interval_ns)
		o->output.interval_ns = o->output.quiet ? o->output.textfile_interval_ns
							: DEFAULT_INTERVAL_S * NSEC_PER_SEC;
}
