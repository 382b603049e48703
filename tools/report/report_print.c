// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A report as text, CSV and JSON. */
#include <stdio.h>
#include <string.h>

#include "client/json_print.h"
#include "common/array.h"
#include "common/histogram_json.h"
#include "common/names.h"
#include "common/std_streams.h"
#include "lists/histogram_print.h"
#include "report/report.h"

static void print_line(void *ctx, const char *key, const char *text)
{
	(void)ctx;
	printf("%-9s %s\n", key, text);
}

static void print_histograms(const struct trace_summary *s)
{
	static const int kinds[] = {KIND_THREAD, KIND_PROCESS};

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		const struct histogram *h = &s->cost_by_kind[kinds[i]];

		if (!h->count)
			continue;
		putchar('\n');
		histogram_print(kind_names[kinds[i]], "switches", h);
	}
}

static int print_rows(struct report *r)
{
	const struct trace_summary *s = r->summary;

	return listing_print(&r->list.listing, trace_monotonic(r->model, s->end_ns),
			     s->end_ns - s->begin_ns, r->list.rows, r->list.nr_rows);
}

int report_text(struct report *r)
{
	int err;

	report_head(r, print_line, NULL);
	print_histograms(r->summary);
	putchar('\n');
	err = print_rows(r);
	if (err || r->list.nr_rows == r->list.nr_all)
		return err;
	printf("and %zu more (--limit)\n", r->list.nr_all - r->list.nr_rows);
	return std_streams_flush();
}

int report_csv(struct report *r)
{
	return print_rows(r);
}

static void put_number(struct json_object *o, const char *key, u64 v)
{
	json_object_object_add(o, key, json_object_new_uint64(v));
}

static void put_text(struct json_object *o, const char *key, const char *text)
{
	json_object_object_add(o, key, text ? json_object_new_string(text) : NULL);
}

static struct json_object *host(const struct report *r)
{
	const struct trace_facts *f = &r->summary->facts;
	struct json_object *o = json_object_new_object(), *facts = json_object_new_object();

	put_text(o, "kernel", f->kernel);
	put_text(o, "machine", f->machine);
	put_number(o, "cpus", f->cpus);
	put_number(o, "cost_bias_ns", f->cost_bias_ns);
	for (size_t i = 0; i < f->nr_facts; i++)
		put_text(facts, f->facts[i].name, f->facts[i].text);
	json_object_object_add(o, "facts", facts);
	return o;
}

static struct json_object *accounting(const struct trace_summary *s)
{
	struct json_object *o = json_object_new_object();

	put_number(o, "switches", s->switches);
	put_number(o, "unmeasured", s->unmeasured);
	put_number(o, "unlabelled", s->unlabelled);
	put_number(o, "unattributed", s->unattributed);
	put_number(o, "lost", s->lost);
	put_number(o, "lost_stretches", s->lost_stretches);
	put_number(o, "unknown_stretches", s->unknown_stretches);
	put_number(o, "lost_ns", s->lost_ns);
	return o;
}

static struct json_object *labels(const struct trace_summary *s)
{
	struct json_object *list = json_object_new_array();

	for (int i = 0; i < NR_LABELS; i++) {
		struct json_object *o = json_object_new_object();

		put_text(o, "kind", kind_names[LABEL_KIND(i)]);
		put_text(o, "from", from_names[LABEL_FROM(i)]);
		put_text(o, "reason", reason_names[LABEL_REASON(i)]);
		put_number(o, "count", s->labels[i]);
		json_object_array_add(list, o);
	}
	return list;
}

static struct json_object *costs(const struct trace_summary *s)
{
	struct json_object *list = json_object_new_array();

	for (int k = 0; k < NR_KINDS; k++) {
		struct json_object *o = json_object_new_object();

		put_text(o, "kind", kind_names[k]);
		histogram_json_put(o, &s->cost_by_kind[k]);
		json_object_object_add(o, "buckets", histogram_json_buckets(&s->cost_by_kind[k]));
		json_object_array_add(list, o);
	}
	return list;
}

static struct json_object *costs_by_from(const struct trace_summary *s)
{
	struct json_object *list = json_object_new_array();

	for (int i = 0; i < NR_CELLS; i++) {
		struct json_object *o = json_object_new_object();

		put_text(o, "kind", kind_names[i / NR_FROMS]);
		put_text(o, "from", from_names[i % NR_FROMS]);
		histogram_json_put(o, &s->cost[i]);
		json_object_array_add(list, o);
	}
	return list;
}

static struct json_object *creations(const struct trace_summary *s)
{
	struct json_object *list = json_object_new_array();

	for (int k = 0; k < NR_CREATIONS; k++) {
		struct json_object *o = json_object_new_object();

		put_text(o, "kind", creation_names[k]);
		histogram_json_put(o, &s->creation[k]);
		json_object_object_add(o, "buckets", histogram_json_buckets(&s->creation[k]));
		json_object_array_add(list, o);
	}
	return list;
}

int report_json(struct report *r)
{
	const struct trace_summary *s = r->summary;
	struct json_object *o = json_print_begin();

	put_number(o, "time_ns", trace_monotonic(r->model, s->end_ns));
	put_number(o, "interval_ns", s->end_ns - s->begin_ns);
	put_number(o, "suspended_ns", s->suspended_ns);
	json_object_object_add(o, "from_s", json_object_new_double(report_seconds(r, s->begin_ns)));
	json_object_object_add(o, "to_s", json_object_new_double(report_seconds(r, s->end_ns)));
	json_object_object_add(
		o, "realtime_ns",
		s->facts.has_clocks ? json_object_new_uint64(trace_realtime(&s->facts, s->begin_ns))
				    : NULL);
	json_object_object_add(o, "complete", json_object_new_boolean(r->complete));
	put_text(o, "end_reason", s->end_reason);
	json_object_object_add(o, "host", host(r));
	json_object_object_add(o, "accounting", accounting(s));
	json_object_object_add(o, "switches", labels(s));
	json_object_object_add(o, "cost", costs(s));
	json_object_object_add(o, "cost_by_from", costs_by_from(s));
	json_object_object_add(o, "creations", creations(s));
	json_object_object_add(o, r->list.listing.what,
			       listing_json(&r->list.listing, r->list.rows, r->list.nr_rows));
	json_print_end(o);
	return std_streams_flush();
}
