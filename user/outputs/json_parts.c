// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "outputs/json_parts.h"

#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/histogram_json.h"
#include "common/text.h"

static void put(json *o, const char *key, json *value)
{
	json_object_object_add(o, key, value);
}

json *json_part_number(u64 v)
{
	return json_object_new_uint64(v);
}

json *json_part_text(const char *s)
{
	size_t len = strlen(s), size = len * 4 + sizeof("(empty)");
	char *escaped = xcalloc(1, size);
	json *o = json_object_new_string(name_escape(escaped, size, s, len));

	free(escaped);
	return o;
}

json *json_part_accounting(const struct snapshot *s)
{
	const struct accounting *a = &s->accounting;
	struct residuals left = snapshot_residuals(s);
	json *o = json_object_new_object(), *r = json_object_new_object();

	put(o, "seen", json_part_number(a->seen));
	put(o, "received", json_part_number(a->received));
	put(o, "spilled", json_part_number(a->spilled));
	put(o, "unmeasured", json_part_number(a->unmeasured));
	put(o, "unseen",
	    s->host->features->has[FEATURE_RUN_QUEUE_COUNT] ? json_part_number(a->unseen) : NULL);
	put(o, "task_events_lost", json_part_number(a->task_events_lost));
	put(r, "labels", json_object_new_int64(left.labels));
	put(r, "records", json_object_new_int64(left.records));
	put(r, "costs", json_object_new_int64(left.costs));
	put(r, "groups", json_object_new_int64(left.groups));
	put(r, "waits", json_object_new_int64(left.waits));
	put(o, "residuals", r);
	return o;
}

json *json_part_switches(const struct snapshot *s)
{
	json *list = json_object_new_array();

	for (int i = 0; i < NR_LABELS; i++) {
		json *o = json_object_new_object();

		put(o, "kind", json_object_new_string(kind_names[LABEL_KIND(i)]));
		put(o, "from", json_object_new_string(from_names[LABEL_FROM(i)]));
		put(o, "reason", json_object_new_string(reason_names[LABEL_REASON(i)]));
		put(o, "count", json_part_number(s->accounting.labels[i]));
		json_object_array_add(list, o);
	}
	return list;
}

json *json_part_of_kind(int kind, const struct histogram *h)
{
	json *o = json_object_new_object();

	put(o, "kind", json_object_new_string(kind_names[kind]));
	histogram_json_put(o, h);
	put(o, "buckets", histogram_json_buckets(h));
	return o;
}

json *json_part_cost(const struct snapshot *s)
{
	json *list = json_object_new_array();

	for (int k = 0; k < NR_KINDS; k++) {
		struct histogram h = {0};

		for (int f = 0; f < NR_FROMS; f++)
			histogram_merge(&h, &s->histograms.cost[CELL_INDEX(k, f)]);
		json_object_array_add(list, json_part_of_kind(k, &h));
		histogram_release(&h);
	}
	return list;
}

static json *cost_of_cell(const struct snapshot *s, int cell)
{
	json *o = json_object_new_object();

	put(o, "kind", json_object_new_string(kind_names[cell / NR_FROMS]));
	put(o, "from", json_object_new_string(from_names[cell % NR_FROMS]));
	histogram_json_put(o, &s->histograms.cost[cell]);
	return o;
}

json *json_part_cost_by_from(const struct snapshot *s)
{
	json *list = json_object_new_array();

	for (int i = 0; i < NR_CELLS; i++)
		json_object_array_add(list, cost_of_cell(s, i));
	return list;
}

json *json_part_histograms(const struct snapshot *s)
{
	json *list = json_object_new_array();

	for (int i = 0; i < NR_CELLS; i++) {
		json *o = cost_of_cell(s, i);

		put(o, "buckets", histogram_json_buckets(&s->histograms.cost[i]));
		json_object_array_add(list, o);
	}
	return list;
}

json *json_part_wait(const struct snapshot *s)
{
	json *list;

	if (s->host->wait_reason)
		return NULL;
	list = json_object_new_array();
	for (int k = 0; k < NR_KINDS; k++) {
		struct histogram h = {0};

		histograms_add_waits(&h, &s->histograms, k);
		json_object_array_add(list, json_part_of_kind(k, &h));
		histogram_release(&h);
	}
	return list;
}

static json *wait_of(const struct snapshot *s, int cell, int after, bool buckets)
{
	const struct histogram *h = &s->histograms.wait[cell][after];
	json *o = json_object_new_object();

	put(o, "kind", json_object_new_string(kind_names[cell / NR_FROMS]));
	put(o, "from", json_object_new_string(from_names[cell % NR_FROMS]));
	put(o, "after", json_object_new_string(wait_names[after]));
	histogram_json_put(o, h);
	if (buckets)
		put(o, "buckets", histogram_json_buckets(h));
	return o;
}

static json *waits(const struct snapshot *s, bool buckets)
{
	json *list;

	if (s->host->wait_reason)
		return NULL;
	list = json_object_new_array();
	for (int i = 0; i < NR_CELLS; i++)
		for (int w = 0; w < NR_WAITS; w++)
			if (s->histograms.wait[i][w].count)
				json_object_array_add(list, wait_of(s, i, w, buckets));
	return list;
}

json *json_part_wait_by_after(const struct snapshot *s)
{
	return waits(s, false);
}

json *json_part_wait_histograms(const struct snapshot *s)
{
	return waits(s, true);
}

static json *creations_of_kind(const struct snapshot *s, int kind)
{
	const struct histogram *duration = &s->histograms.creation[kind];
	json *o = json_object_new_object(), *start = NULL;

	put(o, "kind", json_object_new_string(creation_names[kind]));
	histogram_json_put(o, duration);
	/* Instead of the histogram's own count: not every creation is timed. */
	put(o, "count", json_part_number(s->accounting.creations[kind]));
	put(o, "timed", json_part_number(duration->count));
	put(o, "buckets", histogram_json_buckets(duration));
	if (!s->host->wait_reason) {
		start = json_object_new_object();
		histogram_json_put(start, &s->histograms.start[kind]);
		put(start, "buckets", histogram_json_buckets(&s->histograms.start[kind]));
	}
	put(o, "start", start);
	return o;
}

json *json_part_creations(const struct snapshot *s)
{
	json *list;

	if (!s->host->features->has[FEATURE_TASK_NEWTASK])
		return NULL;
	list = json_object_new_array();
	for (int k = 0; k < NR_CREATIONS; k++)
		json_object_array_add(list, creations_of_kind(s, k));
	return list;
}

json *json_part_tlb(const struct snapshot *s)
{
	json *list;

	if (!s->accounting.tlb_counted_ns)
		return NULL;
	list = json_object_new_array();
	for (int k = 0; k < NR_KINDS; k++) {
		json *o = json_object_new_object();

		put(o, "kind", json_object_new_string(kind_names[k]));
		for (int i = 0; i < NR_TLB_OUTCOMES; i++)
			put(o, tlb_names[i], json_part_number(s->accounting.tlb[k][i]));
		json_object_array_add(list, o);
	}
	return list;
}

json *json_part_ring(const struct snapshot *s)
{
	json *o = json_object_new_object();

	put(o, "bytes", json_part_number(s->host->ring_bytes));
	put(o, "count", json_part_number(s->host->rings));
	put(o, "high_water_bytes", json_part_number(s->accounting.ring_high_water));
	return o;
}

json *json_part_probe(const struct snapshot *s)
{
	json *o = json_object_new_object();

	put(o, "runs", json_part_number(s->accounting.probe_runs));
	put(o, "run_ns", json_part_number(s->accounting.probe_run_ns));
	return o;
}

json *json_part_features(const struct snapshot *s)
{
	json *list = json_object_new_array();

	for (int i = 0; i < NR_FEATURES; i++) {
		json *o = json_object_new_object();

		put(o, "name", json_object_new_string(feature_infos[i].name));
		put(o, "available", json_object_new_boolean(s->host->features->has[i]));
		json_object_array_add(list, o);
	}
	return list;
}
