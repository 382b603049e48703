// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "json.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "text.h"

typedef struct json_object json;

static void put(json *o, const char *key, json *value)
{
	json_object_object_add(o, key, value);
}

static json *number(u64 v)
{
	return json_object_new_uint64(v);
}

/* Bytes from outside, escaped so that they are valid UTF-8 and can be told apart. */
static json *text(const char *s)
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
		put(o, kind_names[k], number(v[k]));
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
		put(o, reason_names[r], number(v[r]));
}

static json *accounting(const struct publication *p)
{
	const struct accounting *a = &p->now;
	struct residuals left = publication_residuals(p);
	json *o = json_object_new_object(), *r = json_object_new_object();

	put(o, "seen", number(a->seen));
	put(o, "received", number(a->received));
	put(o, "spilled", number(a->spilled));
	put(o, "unmeasured", number(a->unmeasured));
	put(o, "unseen",
	    p->host->features->has[FEATURE_RUN_QUEUE_COUNT] ? number(a->unseen) : NULL);
	put(o, "task_events_lost", number(a->task_events_lost));
	put(r, "labels", json_object_new_int64(left.labels));
	put(r, "records", json_object_new_int64(left.records));
	put(r, "costs", json_object_new_int64(left.costs));
	put(r, "groups", json_object_new_int64(left.groups));
	put(o, "residuals", r);
	return o;
}

static json *switches(const struct publication *p)
{
	json *list = json_object_new_array();

	for (int i = 0; i < NR_LABELS; i++) {
		json *o = json_object_new_object();

		put(o, "kind", json_object_new_string(kind_names[LABEL_KIND(i)]));
		put(o, "from", json_object_new_string(from_names[LABEL_FROM(i)]));
		put(o, "reason", json_object_new_string(reason_names[LABEL_REASON(i)]));
		put(o, "count", number(p->now.labels[i]));
		json_object_array_add(list, o);
	}
	return list;
}

static void put_histogram(json *o, const struct histogram *h)
{
	put(o, "count", number(h->count));
	put(o, "sum_ns", number(h->sum_ns));
	put(o, "min_ns", number(h->min_ns));
	put(o, "max_ns", number(h->max_ns));
	put(o, "p50_ns", number(histogram_quantile(h, 0.5)));
	put(o, "p90_ns", number(histogram_quantile(h, 0.9)));
	put(o, "p99_ns", number(histogram_quantile(h, 0.99)));
}

static json *buckets(const struct histogram *h)
{
	json *list = json_object_new_array();

	for (u32 b = 0; b < NR_BUCKETS; b++) {
		u64 n = histogram_bucket(h, b);
		json *o;

		if (!n)
			continue;
		o = json_object_new_object();
		put(o, "le_ns", b == BUCKET_OVERFLOW ? NULL : number(bucket_low(b + 1) - 1));
		put(o, "count", number(n));
		json_object_array_add(list, o);
	}
	return list;
}

static json *cost_by_kind(const struct publication *p)
{
	json *list = json_object_new_array();

	for (int k = 0; k < NR_KINDS; k++) {
		json *o = json_object_new_object();
		struct histogram h = {0};

		for (int f = 0; f < NR_FROMS; f++)
			histogram_merge(&h, &p->cost[CELL_INDEX(k, f)]);
		put(o, "kind", json_object_new_string(kind_names[k]));
		put_histogram(o, &h);
		put(o, "buckets", buckets(&h));
		json_object_array_add(list, o);
		histogram_release(&h);
	}
	return list;
}

static json *cost_by_from(const struct publication *p)
{
	json *list = json_object_new_array();

	for (int i = 0; i < NR_CELLS; i++) {
		json *o = json_object_new_object();

		put(o, "kind", json_object_new_string(kind_names[i / NR_FROMS]));
		put(o, "from", json_object_new_string(from_names[i % NR_FROMS]));
		put_histogram(o, &p->cost[i]);
		json_object_array_add(list, o);
	}
	return list;
}

static json *group(const struct group *g)
{
	json *o = json_object_new_object();

	put(o, "tgid", number(g->tgid));
	put(o, "comm", name(g->comm));
	put(o, "start_ns", number(g->start_ns));
	put(o, "ppid", number(g->parent_tgid));
	put(o, "cmdline", g->cmdline ? text(g->cmdline) : NULL);
	put(o, "cgroup", g->cgroup ? text(g->cgroup) : NULL);
	put(o, "threads", number(g->threads));
	put(o, "switches", by_kind(g->total.switches));
	put(o, "cost_ns", by_kind(g->total.cost_ns));
	put(o, "p50_ns", quantile_by_kind(g->cost, 0.5));
	put(o, "p99_ns", quantile_by_kind(g->cost, 0.99));
	put_reasons(o, g->total.reasons);
	return o;
}

static void print(FILE *out, json *o)
{
	fputs(json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN), out);
	json_object_put(o);
}

static void print_groups(FILE *out, const struct publication *p)
{
	for (size_t i = 0; i < task_table_nr_groups(p->tasks); i++) {
		fputs(i ? "," : "[", out);
		print(out, group(task_table_group(p->tasks, i)));
	}
	fputc(']', out);
}

static json *other(const struct publication *p)
{
	const struct charges *c = task_table_other(p->tasks);
	json *o = json_object_new_object();

	put(o, "switches", by_kind(c->switches));
	put(o, "cost_ns", by_kind(c->cost_ns));
	put_reasons(o, c->reasons);
	put(o, "unattributed", number(task_table_unattributed(p->tasks)));
	return o;
}

static json *thread(const struct thread *t)
{
	json *o = json_object_new_object(), *out = json_object_new_object();

	put(o, "tid", number(t->tid));
	put(o, "tgid", number(t->group->tgid));
	put(o, "comm", name(t->comm));
	put(o, "start_ns", number(t->start_ns));
	put(o, "in", by_kind(t->in));
	put_reasons(out, t->out);
	put(o, "out", out);
	put(o, "cost_ns", number(t->cost_ns));
	return o;
}

static void print_threads(FILE *out, const struct publication *p)
{
	for (size_t i = 0; i < task_table_nr_threads(p->tasks); i++) {
		fputs(i ? "," : "[", out);
		print(out, thread(task_table_thread(p->tasks, i)));
	}
	fputc(']', out);
}

static json *ring(const struct publication *p)
{
	json *o = json_object_new_object();

	put(o, "bytes", number(p->host->ring_bytes));
	put(o, "count", number(p->host->rings));
	put(o, "high_water_bytes", number(p->now.ring_high_water));
	return o;
}

static json *probe(const struct publication *p)
{
	json *o = json_object_new_object();

	put(o, "runs", number(p->now.probe_runs));
	put(o, "run_ns", number(p->now.probe_run_ns));
	return o;
}

static json *version(const struct publication *p)
{
	(void)p;
	return json_object_new_string(TVTRACED_VERSION);
}

static json *kernel(const struct publication *p)
{
	return text(p->host->kernel);
}

static json *cost_source(const struct publication *p)
{
	return json_object_new_string(p->host->cost_source);
}

static json *cost_bias(const struct publication *p)
{
	return number(p->host->cost_bias_ns);
}

static json *features(const struct publication *p)
{
	json *list = json_object_new_array();

	for (int i = 0; i < NR_FEATURES; i++) {
		json *o = json_object_new_object();

		put(o, "name", json_object_new_string(feature_infos[i].name));
		put(o, "available", json_object_new_boolean(p->host->features->has[i]));
		json_object_array_add(list, o);
	}
	return list;
}

static json *time_now(const struct publication *p)
{
	return number(p->now_ns);
}

static json *interval(const struct publication *p)
{
	return number(p->interval_ns);
}

static json *uptime(const struct publication *p)
{
	return number(p->now_ns - p->host->start_ns);
}

static json * final(const struct publication *p)
{
	return json_object_new_boolean(p->final);
}

/* In the order in which they are printed. */
static const struct member {
	const char *key;
	json *(*make)(const struct publication *p);
	/* Instead, for lists too long to be built in memory as one tree. */
	void (*print)(FILE *out, const struct publication *p);
} members[] = {
	{"version", version, NULL},
	{"kernel", kernel, NULL},
	{"cost_source", cost_source, NULL},
	{"cost_bias_ns", cost_bias, NULL},
	{"features", features, NULL},
	{"time_ns", time_now, NULL},
	{"interval_ns", interval, NULL},
	{"uptime_ns", uptime, NULL},
	{"final", final, NULL},
	{"accounting", accounting, NULL},
	{"switches", switches, NULL},
	{"cost", cost_by_kind, NULL},
	{"cost_by_from", cost_by_from, NULL},
	{"ring", ring, NULL},
	{"probe", probe, NULL},
	{"other", other, NULL},
	{"groups", NULL, print_groups},
	{"threads", NULL, print_threads},
};

int json_print(FILE *out, const struct publication *p)
{
	errno = 0;
	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		const struct member *m = &members[i];

		fprintf(out, "%s\"%s\":", i ? "," : "{", m->key);
		if (m->make)
			print(out, m->make(p));
		else
			m->print(out, p);
	}
	fputs("}\n", out);
	if (fflush(out) || ferror(out))
		return errno ? -errno : -EIO;
	return 0;
}
