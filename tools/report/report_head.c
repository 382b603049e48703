// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The head of a report: what the capture is of, and how complete it is. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "capture_format.h"
#include "common/array.h"
#include "common/format.h"
#include "common/names.h"
#include "common/text.h"
#include "report/report.h"

enum { LINE = 512 };

double report_seconds(const struct report *r, u64 ns)
{
	u64 origin_ns = r->summary->origin_ns;

	/*
	 * A trace of another program may have times before its origin, the first switch that was
	 * read.
	 */
	return ns < origin_ns ? -(double)(origin_ns - ns) / 1e9 : (double)(ns - origin_ns) / 1e9;
}

const char *report_fact(const struct report *r, const char *name)
{
	const struct trace_facts *f = &r->summary->facts;

	for (size_t i = 0; i < f->nr_facts; i++)
		if (!strcmp(f->facts[i].name, name))
			return f->facts[i].text;
	return NULL;
}

static void add(char line[LINE], const char *format, ...) __attribute__((format(printf, 2, 3)));

static void add(char line[LINE], const char *format, ...)
{
	size_t len = strlen(line);
	va_list args;

	va_start(args, format);
	vsnprintf(line + len, LINE - len, format, args);
	va_end(args);
	/* vsnprintf() may have cut the text within a multi-byte character. */
	text_disarm(line + len);
}

static void describe_window(const struct report *r, char line[LINE])
{
	const struct trace_summary *s = r->summary;

	line[0] = '\0';
	add(line, "%.3f s, from %.3f s to %.3f s of the capture",
	    (double)(s->end_ns - s->begin_ns) / 1e9, report_seconds(r, s->begin_ns),
	    report_seconds(r, s->end_ns));
	if (!r->complete)
		add(line, ", which is not complete");
	else if (s->end_reason)
		add(line, ", which ended early: %s", s->end_reason);
}

/* Describes the filter of the capture; returns false if it had none. */
static bool describe_filter(const struct report *r, char line[LINE])
{
	const char *tgid = report_fact(r, TRACE_NOTE_ONLY_TGID),
		   *cpu = report_fact(r, TRACE_NOTE_ONLY_CPU);
	const char *application = report_fact(r, TRACE_NOTE_ONLY_APPLICATION);

	line[0] = '\0';
	if (tgid)
		add(line, "switches into and out of tgid %s", tgid);
	if (application)
		add(line, "switches into and out of application %s", application);
	if (cpu)
		add(line, "%sswitches of CPU %s", line[0] ? "; " : "", cpu);
	return line[0];
}

static void describe_switches(const struct trace_summary *s, char line[LINE])
{
	line[0] = '\0';
	add(line, "%" PRIu64, s->switches);
	if (s->unlabelled)
		add(line, ", of unknown kind and cost %" PRIu64, s->unlabelled);
	if (s->unmeasured)
		add(line, ", without a cost %" PRIu64, s->unmeasured);
	if (s->unattributed)
		add(line, ", into unknown tasks %" PRIu64, s->unattributed);
}

static void describe_lost(const struct trace_summary *s, char line[LINE])
{
	char time[FORMAT_LEN];

	line[0] = '\0';
	add(line, "%" PRIu64, s->lost);
	if (s->lost_stretches)
		add(line, " in %" PRIu64 " stretches", s->lost_stretches);
	if (s->unknown_stretches)
		add(line, "%s %" PRIu64 " stretches of unknown number",
		    s->lost_stretches ? "," : ", and", s->unknown_stretches);
	if (s->lost_ns)
		add(line, ", %s of all CPUs together", format_ns(time, (double)s->lost_ns));
}

static void describe_host(const struct trace_facts *f, char line[LINE])
{
	line[0] = '\0';
	add(line, "Linux %s", f->kernel ? f->kernel : "of unknown version");
	if (f->machine)
		add(line, " on %s", f->machine);
	if (f->cpus)
		add(line, ", %u CPUs", f->cpus);
}

static void describe_time(const struct report *r, char line[LINE])
{
	time_t begin =
		(time_t)(trace_realtime(&r->summary->facts, r->summary->begin_ns) / 1000000000);
	struct tm tm;

	line[0] = '\0';
	if (!gmtime_r(&begin, &tm) || !strftime(line, LINE, "%Y-%m-%d %H:%M:%S UTC", &tm))
		snprintf(line, LINE, "unknown");
}

static void describe_cost(const struct report *r, char line[LINE])
{
	const char *source = report_fact(r, TRACE_NOTE_COST_SOURCE),
		   *pcid = report_fact(r, TRACE_NOTE_PCID);

	line[0] = '\0';
	add(line, "%s, bias %" PRIu64 " ns", source ? source : "unknown",
	    r->summary->facts.cost_bias_ns);
	if (pcid)
		add(line, ", PCID: %s", pcid);
	if (report_fact(r, TRACE_NOTE_TLB))
		add(line, "; of process about 60 ns are of --tlb");
}

/* Lists the mitigations of CPU vulnerabilities, which are a part of the cost of a switch. */
static void list_mitigations(const struct report *r,
			     void (*line)(void *ctx, const char *key, const char *text), void *ctx)
{
	static const char *const others[] = {TRACE_NOTE_VERSION,
					     TRACE_NOTE_COST_SOURCE,
					     TRACE_NOTE_COST_BIAS,
					     TRACE_NOTE_PCID,
					     TRACE_NOTE_TLB,
					     TRACE_NOTE_ONLY_TGID,
					     TRACE_NOTE_ONLY_APPLICATION,
					     TRACE_NOTE_ONLY_CPU};
	const struct trace_facts *f = &r->summary->facts;

	for (size_t i = 0; i < f->nr_facts; i++) {
		char text[LINE];
		bool other = !strcmp(f->facts[i].text, "Not affected");

		for (size_t k = 0; k < ARRAY_SIZE(others); k++)
			other = other || !strcmp(f->facts[i].name, others[k]);
		if (other)
			continue;
		snprintf(text, sizeof(text), "%s: %s", f->facts[i].name, f->facts[i].text);
		text_disarm(text);
		line(ctx, "affected", text);
	}
}

/* Describes the creations that were timed. Returns false when there are none. */
static bool describe_creations(const struct trace_summary *s, char line[LINE])
{
	line[0] = '\0';
	for (int k = 0; k < NR_CREATIONS; k++) {
		const struct histogram *h = &s->creation[k];
		char text[FORMAT_LEN];

		if (h->count)
			add(line, "%s%" PRIu64 " %s (p50 %s)", line[0] ? ", " : "", h->count,
			    creation_names[k], format_ns(text, (double)histogram_quantile(h, 0.5)));
	}
	return line[0];
}

void report_head(const struct report *r, void (*line)(void *ctx, const char *key, const char *text),
		 void *ctx)
{
	const struct trace_summary *s = r->summary;
	char text[LINE];

	describe_window(r, text);
	line(ctx, "window", text);
	if (s->facts.has_clocks) {
		describe_time(r, text);
		line(ctx, "begin", text);
	}
	if (s->suspended_ns) {
		snprintf(text, sizeof(text), "%.3f s of that, which are in no rate",
			 (double)s->suspended_ns / 1e9);
		line(ctx, "suspended", text);
	}
	if (describe_filter(r, text))
		line(ctx, "only", text);
	describe_switches(s, text);
	line(ctx, "switches", text);
	describe_lost(s, text);
	line(ctx, "lost", text);
	if (s->facts.kernel || s->facts.cpus) {
		describe_host(&s->facts, text);
		line(ctx, "host", text);
	}
	if (!s->ours) {
		line(ctx, "made by", "something other than tvtraced: no kinds and no costs");
		return;
	}
	snprintf(text, sizeof(text), "tvtraced %s",
		 report_fact(r, TRACE_NOTE_VERSION) ? report_fact(r, TRACE_NOTE_VERSION)
						    : "of unknown version");
	line(ctx, "made by", text);
	describe_cost(r, text);
	line(ctx, "cost", text);
	if (describe_creations(s, text))
		line(ctx, "created", text);
	list_mitigations(r, line, ctx);
}
