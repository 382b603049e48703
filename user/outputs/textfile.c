// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "outputs/textfile.h"
#include "version.h"

#include <inttypes.h>
#include <string.h>

#include "common/array.h"
#include "common/clock.h"
#include "common/names.h"

enum {
	MAX_LABELS_LEN = 64,
};

/* The bounds of a histogram are 2^first, 2^(first + step) .. 2^last ns. */
struct bounds {
	int first, last, step;
};

static const struct bounds cost_bounds = {7, 20, 1}, wait_bounds = {10, 28, 2};

struct source {
	const struct publication *p;
	const struct series_table *series;
	const struct textfile_status *status;
};

/* Escapes backslashes and quotes of a label value. Names have no control characters. */
static void print_label(FILE *out, const char *value)
{
	for (; *value; value++) {
		if (*value == '\\' || *value == '"')
			fputc('\\', out);
		fputc(*value, out);
	}
}

/* Prints decimal seconds from whole nanoseconds: exact and independent of the locale. */
static void print_seconds(FILE *out, u64 ns)
{
	fprintf(out, "%" PRIu64 ".%09" PRIu64, (u64)(ns / NSEC_PER_SEC), (u64)(ns % NSEC_PER_SEC));
}

static void print_sample(FILE *out, const char *name, u64 value)
{
	fprintf(out, "%s %" PRIu64 "\n", name, value);
}

static void print_sample_seconds(FILE *out, const char *name, u64 ns)
{
	fprintf(out, "%s ", name);
	print_seconds(out, ns);
	fputc('\n', out);
}

static void switches(FILE *out, const char *name, const struct source *s)
{
	for (int i = 0; i < NR_LABELS; i++)
		fprintf(out, "%s{kind=\"%s\",from=\"%s\",reason=\"%s\"} %" PRIu64 "\n", name,
			kind_names[LABEL_KIND(i)], from_names[LABEL_FROM(i)],
			reason_names[LABEL_REASON(i)], s->p->now.accounting.labels[i]);
}

/*
 * Our buckets exclude their upper bounds, Prometheus' include them. Since values are whole
 * nanoseconds, the bound 2^k - 1 makes the counts exact.
 */
static void print_histogram(FILE *out, const char *name, const char *labels,
			    const struct bounds *bounds, const struct histogram *h)
{
	u64 below = 0;
	u32 bucket = 0;

	for (int e = bounds->first; e <= bounds->last; e += bounds->step) {
		u64 bound = (u64)1 << e;

		for (; bucket < NR_BUCKETS && bucket_low(bucket) < bound; bucket++)
			below += histogram_bucket(h, bucket);
		fprintf(out, "%s_bucket{%s,le=\"", name, labels);
		print_seconds(out, bound - 1);
		fprintf(out, "\"} %" PRIu64 "\n", below);
	}
	fprintf(out, "%s_bucket{%s,le=\"+Inf\"} %" PRIu64 "\n", name, labels, h->count);
	fprintf(out, "%s_sum{%s} ", name, labels);
	print_seconds(out, h->sum_ns);
	fprintf(out, "\n%s_count{%s} %" PRIu64 "\n", name, labels, h->count);
}

static void cost(FILE *out, const char *name, const struct source *s)
{
	char labels[MAX_LABELS_LEN];

	for (int k = 0; k < NR_KINDS; k++) {
		struct histogram h = {0};

		for (int f = 0; f < NR_FROMS; f++)
			histogram_merge(&h, &s->p->now.histograms.cost[CELL_INDEX(k, f)]);
		snprintf(labels, sizeof(labels), "kind=\"%s\"", kind_names[k]);
		print_histogram(out, name, labels, &cost_bounds, &h);
		histogram_release(&h);
	}
}

static void wait(FILE *out, const char *name, const struct source *s)
{
	char labels[MAX_LABELS_LEN];

	for (int w = 0; w < NR_WAITS; w++) {
		struct histogram h = {0};

		for (int i = 0; i < NR_CELLS; i++)
			histogram_merge(&h, &s->p->now.histograms.wait[i][w]);
		snprintf(labels, sizeof(labels), "after=\"%s\"", wait_names[w]);
		print_histogram(out, name, labels, &wait_bounds, &h);
		histogram_release(&h);
	}
}

/* Whether a series must exist from the start, at 0, so that its first increase is visible. */
static bool expected(const struct series *s, int kind)
{
	if (s->user)
		return kind == KIND_THREAD || kind == KIND_PROCESS;
	if (!strcmp(s->name, NAME_KERNEL))
		return kind == KIND_KTHREAD;
	if (!strcmp(s->name, NAME_IDLE))
		return kind == KIND_IDLE;
	return true;
}

static void print_count(FILE *out, u64 n)
{
	fprintf(out, "%" PRIu64, n);
}

static void print_group(FILE *out, const char *name, const struct series *s, int kind,
			const char *from, void (*print)(FILE *out, u64 value), u64 value)
{
	fprintf(out, "%s{group=\"", name);
	print_label(out, s->name);
	fprintf(out, "\",kind=\"%s\",from=\"%s\"} ", kind_names[kind], from);
	print(out, value);
	fputc('\n', out);
}

/*
 * Prints the switches or costs of each series, split by whether a program ran before (from="user")
 * or not (from="other").
 */
static void print_groups(FILE *out, const char *name, const struct source *src, bool cost,
			 void (*print)(FILE *out, u64 value))
{
	const struct series *s;

	for (size_t i = 0; (s = series_shown(src->series, i)); i++)
		for (int k = 0; k < NR_KINDS; k++) {
			const struct charges *c = &s->total;
			u64 all = cost ? c->cost_ns[k] : c->switches[k];
			u64 user = cost ? c->user_cost_ns[k] : c->user_switches[k];

			if (!c->switches[k] && !expected(s, k))
				continue;
			print_group(out, name, s, k, "user", print, user);
			print_group(out, name, s, k, "other", print, all - user);
		}
}

static void group_switches(FILE *out, const char *name, const struct source *src)
{
	print_groups(out, name, src, false, print_count);
}

static void group_cost(FILE *out, const char *name, const struct source *src)
{
	print_groups(out, name, src, true, print_seconds);
}

static void group_wait(FILE *out, const char *name, const struct source *src)
{
	const struct series *s;

	for (size_t i = 0; (s = series_shown(src->series, i)); i++) {
		fprintf(out, "%s{group=\"", name);
		print_label(out, s->name);
		fputs("\"} ", out);
		print_seconds(out, charges_wait_ns(&s->total));
		fputc('\n', out);
	}
}

static void spilled(FILE *out, const char *name, const struct source *s)
{
	print_sample(out, name, s->p->now.accounting.spilled);
}

static void unseen(FILE *out, const char *name, const struct source *s)
{
	print_sample(out, name, s->p->now.accounting.unseen);
}

static void unmeasured(FILE *out, const char *name, const struct source *s)
{
	print_sample(out, name, s->p->now.accounting.unmeasured);
}

static void creations(FILE *out, const char *name, const struct source *s)
{
	for (int k = 0; k < NR_CREATIONS; k++)
		fprintf(out, "%s{kind=\"%s\"} %" PRIu64 "\n", name, creation_names[k],
			s->p->now.accounting.creations[k]);
}

static const struct bounds creation_bounds = {11, 27, 2}, start_bounds = {10, 28, 3};

static void by_creation(FILE *out, const char *name, const struct bounds *bounds,
			const struct histogram *h)
{
	char labels[MAX_LABELS_LEN];

	for (int k = 0; k < NR_CREATIONS; k++) {
		snprintf(labels, sizeof(labels), "kind=\"%s\"", creation_names[k]);
		print_histogram(out, name, labels, bounds, &h[k]);
	}
}

static void creation(FILE *out, const char *name, const struct source *s)
{
	by_creation(out, name, &creation_bounds, s->p->now.histograms.creation);
}

static void start_latency(FILE *out, const char *name, const struct source *s)
{
	by_creation(out, name, &start_bounds, s->p->now.histograms.start);
}

static void creation_bias(FILE *out, const char *name, const struct source *s)
{
	print_sample_seconds(out, name, s->p->now.host->creation->bias_ns);
}

static void tlb(FILE *out, const char *name, const struct source *s)
{
	for (int k = 0; k < NR_KINDS; k++)
		for (int i = 0; i < NR_TLB_OUTCOMES; i++)
			fprintf(out, "%s{kind=\"%s\",outcome=\"%s\"} %" PRIu64 "\n", name,
				kind_names[k], tlb_names[i], s->p->now.accounting.tlb[k][i]);
}

static void tlb_counted(FILE *out, const char *name, const struct source *s)
{
	print_sample_seconds(out, name, s->p->now.accounting.tlb_counted_ns);
}

static void threads(FILE *out, const char *name, const struct source *s)
{
	print_sample(out, name, s->p->now.nr_threads);
}

static void groups(FILE *out, const char *name, const struct source *s)
{
	print_sample(out, name, s->p->now.nr_groups);
}

static void cost_bias(FILE *out, const char *name, const struct source *s)
{
	print_sample_seconds(out, name, s->p->now.host->cost_bias_ns);
}

static void cost_source(FILE *out, const char *name, const struct source *s)
{
	fprintf(out, "%s{source=\"%s\"} 1\n", name, s->p->now.host->cost_source);
}

static void feature_info(FILE *out, const char *name, const struct source *s)
{
	for (int i = 0; i < NR_FEATURES; i++)
		fprintf(out, "%s{feature=\"%s\",available=\"%s\"} 1\n", name, feature_infos[i].name,
			s->p->now.host->features->has[i] ? "true" : "false");
}

static void build_info(FILE *out, const char *name, const struct source *s)
{
	(void)s;
	fprintf(out, "%s{version=\"%s\"} 1\n", name, TVTRACED_VERSION);
}

static void ring_size(FILE *out, const char *name, const struct source *s)
{
	print_sample(out, name, s->p->now.host->ring_bytes);
}

static void ring_high_water(FILE *out, const char *name, const struct source *s)
{
	print_sample(out, name, s->p->now.accounting.ring_high_water);
}

static void task_events_lost(FILE *out, const char *name, const struct source *s)
{
	print_sample(out, name, s->p->now.accounting.task_events_lost);
}

static void probe_run(FILE *out, const char *name, const struct source *s)
{
	print_sample_seconds(out, name, s->p->now.accounting.probe_run_ns);
}

static void probe_runs(FILE *out, const char *name, const struct source *s)
{
	print_sample(out, name, s->p->now.accounting.probe_runs);
}

static void own_cpu(FILE *out, const char *name, const struct source *s)
{
	print_sample_seconds(out, name, s->p->now.own_cpu_ns);
}

static void resident(FILE *out, const char *name, const struct source *s)
{
	print_sample(out, name, s->p->now.own_rss_bytes);
}

static void last_write(FILE *out, const char *name, const struct source *s)
{
	fprintf(out, "%s %" PRId64 "\n", name, s->status->last_write_s);
}

static void write_failures(FILE *out, const char *name, const struct source *s)
{
	print_sample(out, name, s->status->write_failures);
}

static const struct metric {
	const char *name;
	const char *type;
	const char *help;
	void (*print)(FILE *out, const char *name, const struct source *s);
	enum {
		ALWAYS,
		WITH_COST,	    /* published only with a cost source */
		WITH_WAIT,	    /* published only if waits are measured */
		WITH_CREATIONS,	    /* published only if they are counted */
		WITH_CREATION_COST, /* published only with a source of their durations */
		WITH_START,	    /* published only if they are counted and waits are measured */
		WITH_TLB,	    /* published only with --tlb */
		WITH_RUN_QUEUE,	    /* published only where the kernel's own count is readable */
	} when;
} metrics[] = {
	{"tvtraced_context_switches_total", "counter",
	 "Context switches seen, by what each did to the address space (kind thread: kept, "
	 "process: "
	 "changed), what left the CPU (from) and how (reason; means nothing for from idle).",
	 switches, ALWAYS},
	{"tvtraced_context_switch_cost_seconds", "histogram",
	 "Direct cost of a context switch: page-table, register and stack switch and any interrupt "
	 "taken inside; not picking the next task, nor the cache and TLB misses it pays later. "
	 "Raw, with tvtraced_cost_bias_seconds included.",
	 cost, WITH_COST},
	{"tvtraced_group_context_switches_total", "counter",
	 "Context switches into the thread groups of this name: the busiest names, the rest as "
	 "other (with switches whose task was not known); spilled switches are missing. Whether "
	 "its tasks change like threads or like processes is said by those from user; from other: "
	 "idle or the kernel ran before.",
	 group_switches, ALWAYS},
	{"tvtraced_group_context_switch_cost_seconds_total", "counter",
	 "Direct cost of the context switches into the thread groups of this name.", group_cost,
	 WITH_COST},
	{"tvtraced_run_queue_wait_seconds", "histogram",
	 "How long a task that could run waited for a CPU, until the switch that let it run, as "
	 "the kernel counts it (run_delay in /proc/TID/schedstat): after it was "
	 "woken, after it was preempted, or from its creation on (start); unknown if its last run "
	 "was not seen or the switch was spilled.",
	 wait, WITH_WAIT},
	{"tvtraced_group_run_queue_wait_seconds_total", "counter",
	 "How long the threads of the thread groups of this name waited for a CPU, summed up.",
	 group_wait, WITH_WAIT},
	{"tvtraced_switches_spilled_total", "counter",
	 "Switches that did not fit the ring: counted, with their cost, but in no group.", spilled,
	 ALWAYS},
	{"tvtraced_switches_unseen_total", "counter",
	 "Switches that the kernel counted and no program observed.", unseen, WITH_RUN_QUEUE},
	{"tvtraced_switches_unmeasured_total", "counter",
	 "Switches seen whose cost was not measured.", unmeasured, ALWAYS},
	{"tvtraced_task_events_lost_total", "counter",
	 "Task events that did not fit their ring, or whose program the kernel skipped; the task "
	 "list was "
	 "read anew each time.",
	 task_events_lost, ALWAYS},
	{"tvtraced_tlb_outcomes_total", "counter",
	 "What switches did to the TLB: flush: page tables were loaded and all entries dropped; "
	 "reuse: the entries were still there (PCID); none: neither. Published once it was "
	 "counted.",
	 tlb, WITH_TLB},
	{"tvtraced_tlb_counted_seconds_total", "counter",
	 "For how long it was counted what switches do to the TLB (--tlb, tvtrace tlb on). While "
	 "this "
	 "grows, the cost of each switch that changes the address space contains about 60 ns of "
	 "it.",
	 tlb_counted, WITH_TLB},
	{"tvtraced_task_creations_total", "counter",
	 "Tasks created: threads (CLONE_THREAD), processes (fork), processes that share the "
	 "address space of their creator at first (vm_process: vfork, posix_spawn), and kernel "
	 "threads.",
	 creations, WITH_CREATIONS},
	{"tvtraced_task_creation_seconds", "histogram",
	 "How long the call that creates a task takes; of a child that its creator waits for "
	 "(vfork, posix_spawn) up to the moment when it may run. Shorter than what the creator "
	 "sees "
	 "by tvtraced_task_creation_bias_seconds.",
	 creation, WITH_CREATION_COST},
	{"tvtraced_task_start_latency_seconds", "histogram",
	 "How long a new task waited for its first CPU.", start_latency, WITH_START},
	{"tvtraced_task_creation_bias_seconds", "gauge",
	 "How much longer its creator's own clock sees the creation of a thread take, measured at "
	 "start; not added.",
	 creation_bias, WITH_CREATION_COST},
	{"tvtraced_threads", "gauge", "Threads alive, kernel threads included.", threads, ALWAYS},
	{"tvtraced_groups", "gauge", "Thread groups alive, kernel threads included.", groups,
	 ALWAYS},
	{"tvtraced_cost_bias_seconds", "gauge",
	 "The probes' own share of every measured cost, measured at start; not subtracted.",
	 cost_bias, WITH_COST},
	{"tvtraced_cost_source_info", "gauge", "Where the end of a switch is taken from.",
	 cost_source, ALWAYS},
	{"tvtraced_feature_info", "gauge",
	 "What this kernel has for tvtraced; tvtraced --features says what is lost without it.",
	 feature_info, ALWAYS},
	{"tvtraced_build_info", "gauge", "Version of tvtraced.", build_info, ALWAYS},
	{"tvtraced_ring_size_bytes", "gauge", "Size of the ring buffer of each CPU.", ring_size,
	 ALWAYS},
	{"tvtraced_ring_high_water_bytes", "gauge", "The most that ever waited in one ring.",
	 ring_high_water, ALWAYS},
	{"tvtraced_probe_run_seconds_total", "counter",
	 "Estimated run time of the switch programs on all CPUs: what entering them costs, as "
	 "measured at start, and what they do, timed in one switch of 64.",
	 probe_run, ALWAYS},
	{"tvtraced_probe_runs_total", "counter", "Runs of the switch programs.", probe_runs,
	 ALWAYS},
	{"tvtraced_own_cpu_seconds_total", "counter", "User and system time of the daemon.",
	 own_cpu, ALWAYS},
	{"tvtraced_resident_memory_bytes", "gauge", "Resident memory of the daemon.", resident,
	 ALWAYS},
	{"tvtraced_last_write_timestamp_seconds", "gauge",
	 "When this file was last written before this time, in Unix time.", last_write, ALWAYS},
	{"tvtraced_textfile_write_failures_total", "counter", "Writes of this file that failed.",
	 write_failures, ALWAYS},
};

static bool published(const struct metric *m, const struct source *s)
{
	const struct host_facts *host = s->p->now.host;

	switch (m->when) {
	case WITH_COST:
		return !host->cost_reason;
	case WITH_WAIT:
		return !host->wait_reason;
	case WITH_CREATIONS:
		return host->features->has[FEATURE_TASK_NEWTASK];
	case WITH_CREATION_COST:
		return strcmp(host->creation->source, "none") != 0;
	case WITH_START:
		return host->features->has[FEATURE_TASK_NEWTASK] && !host->wait_reason;
	case WITH_TLB:
		return s->p->now.accounting.tlb_counted_ns;
	case WITH_RUN_QUEUE:
		return host->features->has[FEATURE_RUN_QUEUE_COUNT];
	default:
		return true;
	}
}

static void print_head(FILE *out, const struct metric *m, const struct group_label *label)
{
	static const char with_group[] = "tvtraced_group_";

	fprintf(out, "# HELP %s %s", m->name, m->help);
	if (!strncmp(m->name, with_group, sizeof(with_group) - 1))
		fprintf(out, " %s", label->help);
	fprintf(out, "\n# TYPE %s %s\n", m->name, m->type);
}

void textfile_render(FILE *out, const struct publication *p, const struct series_table *s,
		     const struct textfile_status *status)
{
	const struct source source = {p, s, status};

	for (size_t i = 0; i < ARRAY_SIZE(metrics); i++) {
		const struct metric *m = &metrics[i];

		if (!published(m, &source))
			continue;
		print_head(out, m, series_label(s));
		m->print(out, m->name, &source);
	}
}
