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

static json *name(const char *comm)
{
	char escaped[NAME_LEN];

	return json_object_new_string(name_escape(escaped, sizeof(escaped), comm, COMM_LEN));
}

static json *by_kind(const u64 *v)
{
	json *o = json_object_new_object();

	for (int k = 0; k < NR_KINDS; k++)
		put(o, kind_names[k], json_part_number(v[k]));
	return o;
}

static json *quantile_by_kind(const struct histogram *h, double q)
{
	u64 v[NR_KINDS];

	for (int k = 0; k < NR_KINDS; k++)
		v[k] = histogram_quantile(&h[k], q);
	return by_kind(v);
}

static void put_reasons(json *o, const u64 *v)
{
	for (int r = 0; r < NR_REASONS; r++)
		put(o, reason_names[r], json_part_number(v[r]));
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

static json *of_kind(int kind, const struct histogram *h)
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
		json_object_array_add(list, of_kind(k, &h));
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
		json_object_array_add(list, of_kind(k, &h));
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

static json *by_after(const u64 *v)
{
	json *o = json_object_new_object();

	for (int w = 0; w < NR_WAITS; w++)
		put(o, wait_names[w], json_part_number(v[w]));
	return o;
}

static json *quantile_by_after(const struct histogram *h, double q)
{
	u64 v[NR_WAITS];

	for (int w = 0; w < NR_WAITS; w++)
		v[w] = histogram_quantile(&h[w], q);
	return by_after(v);
}

static void put_waits(json *o, const struct charges *c)
{
	put(o, "waits", by_after(c->waits));
	put(o, "wait_ns", by_after(c->wait_ns));
}

static json *application(const char *text, enum application_kind kind)
{
	json *o = json_object_new_object();

	put(o, "name", json_part_text(text));
	put(o, "kind", json_object_new_string(application_kind_names[kind]));
	return o;
}

static json *application_of_group(const struct group *g)
{
	return application(g->application, g->application_kind);
}

static void put_switches(json *o, const struct charges *c)
{
	put(o, "switches", by_kind(c->switches));
	put(o, "cost_ns", by_kind(c->cost_ns));
	put(o, "from_user", by_kind(c->user_switches));
	put(o, "from_user_cost_ns", by_kind(c->user_cost_ns));
}

static json *numbers(const u64 *v, int n)
{
	json *list = json_object_new_array_ext(n);

	for (int i = 0; i < n; i++)
		json_object_array_add(list, json_part_number(v[i]));
	return list;
}

json *json_part_group_counts(const struct group *g)
{
	json *list = json_object_new_array_ext(11);

	json_object_array_add(list, json_part_number(g->tgid));
	json_object_array_add(list, json_part_number(g->start_ns));
	json_object_array_add(list, json_part_number(g->threads));
	json_object_array_add(list, numbers(g->total.switches, NR_KINDS));
	json_object_array_add(list, numbers(g->total.cost_ns, NR_KINDS));
	json_object_array_add(list, numbers(g->total.reasons, NR_REASONS));
	json_object_array_add(list, numbers(g->total.user_switches, NR_KINDS));
	json_object_array_add(list, numbers(g->total.user_cost_ns, NR_KINDS));
	json_object_array_add(list, json_part_number(g->ended_threads));
	json_object_array_add(list, numbers(g->total.waits, NR_WAITS));
	json_object_array_add(list, numbers(g->total.wait_ns, NR_WAITS));
	return list;
}

json *json_part_group_name(const struct group *g)
{
	json *o = json_object_new_object();

	put(o, "tgid", json_part_number(g->tgid));
	put(o, "comm", name(g->comm));
	put(o, "start_ns", json_part_number(g->start_ns));
	put(o, "ppid", json_part_number(g->parent_tgid));
	put(o, "cmdline", g->cmdline ? json_part_text(g->cmdline) : NULL);
	put(o, "cgroup", g->cgroup ? json_part_text(g->cgroup) : NULL);
	put(o, "application", application_of_group(g));
	return o;
}

static json *by_creation(const u64 *v)
{
	json *o = json_object_new_object();

	for (int k = 0; k < NR_CREATIONS; k++)
		put(o, creation_names[k], json_part_number(v[k]));
	return o;
}

/* Says nothing of a group that created nothing, which most groups did not. */
static void put_created(json *o, const struct created *c)
{
	u64 n = 0;
	json *created;

	for (int k = 0; k < NR_CREATIONS; k++)
		n += c->count[k] + c->timed[k];
	if (!n) {
		put(o, "created", NULL);
		return;
	}
	created = json_object_new_object();
	put(created, "count", by_creation(c->count));
	put(created, "timed", by_creation(c->timed));
	put(created, "duration_ns", by_creation(c->duration_ns));
	put(created, "resident_bytes",
	    c->resident_bytes ? json_part_number(c->resident_bytes) : NULL);
	put(o, "created", created);
}

json *json_part_group(const struct group *g)
{
	json *o = json_part_group_name(g);

	put(o, "threads", json_part_number(g->threads));
	put(o, "ended_threads", json_part_number(g->ended_threads));
	put_switches(o, &g->total);
	put(o, "p50_ns", quantile_by_kind(g->cost, 0.5));
	put(o, "p99_ns", quantile_by_kind(g->cost, 0.99));
	put_reasons(o, g->total.reasons);
	put_waits(o, &g->total);
	put(o, "wait_p50_ns", quantile_by_after(g->wait, 0.5));
	put(o, "wait_p99_ns", quantile_by_after(g->wait, 0.99));
	put_created(o, &g->created);
	return o;
}

static json *wait_of_group(const struct group *g)
{
	json *list = json_object_new_array();

	for (int w = 0; w < NR_WAITS; w++) {
		json *o = json_object_new_object();

		put(o, "after", json_object_new_string(wait_names[w]));
		histogram_json_put(o, &g->wait[w]);
		put(o, "buckets", histogram_json_buckets(&g->wait[w]));
		json_object_array_add(list, o);
	}
	return list;
}

json *json_part_group_cost(const struct group *g)
{
	json *o = json_object_new_object(), *list = json_object_new_array();

	put(o, "tgid", json_part_number(g->tgid));
	put(o, "start_ns", json_part_number(g->start_ns));
	put(o, "comm", name(g->comm));
	put(o, "application", application_of_group(g));
	for (int k = 0; k < NR_KINDS; k++)
		json_object_array_add(list, of_kind(k, &g->cost[k]));
	put(o, "cost", list);
	put(o, "wait", wait_of_group(g));
	return o;
}

json *json_part_other(const struct snapshot *s)
{
	const struct charges *c = task_table_other(s->tasks);
	json *o = json_object_new_object();

	put_switches(o, c);
	put_reasons(o, c->reasons);
	put_waits(o, c);
	put_created(o, task_table_other_created(s->tasks));
	put(o, "unattributed", json_part_number(task_table_unattributed(s->tasks)));
	return o;
}

json *json_part_ended(const struct ended *e)
{
	json *o = json_object_new_object();

	put(o, "id", json_part_number(e->id));
	put(o, "comm", name(e->comm));
	put(o, "cgroup", e->cgroup ? json_part_text(e->cgroup) : NULL);
	put(o, "application", application(e->application, e->application_kind));
	put(o, "groups", json_part_number(e->groups));
	put(o, "threads", json_part_number(e->threads));
	put_switches(o, &e->total);
	put_reasons(o, e->total.reasons);
	put_waits(o, &e->total);
	put_created(o, &e->created);
	return o;
}

json *json_part_thread(const struct thread *t)
{
	json *o = json_object_new_object(), *out = json_object_new_object();

	put(o, "tid", json_part_number(t->tid));
	put(o, "tgid", json_part_number(t->group->tgid));
	put(o, "comm", name(t->comm));
	put(o, "start_ns", json_part_number(t->start_ns));
	put(o, "in", by_kind(t->total.switches));
	put_reasons(out, t->total.reasons);
	put(o, "out", out);
	put(o, "cost_ns", by_kind(t->total.cost_ns));
	put(o, "from_user", by_kind(t->total.user_switches));
	put(o, "from_user_cost_ns", by_kind(t->total.user_cost_ns));
	put_waits(o, &t->total);
	return o;
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
