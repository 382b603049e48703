// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The parts of JSON that are about tasks: groups, threads, and what has ended. */
#include "common/histogram_json.h"
#include "common/text.h"
#include "outputs/json_parts.h"

static void put(json *o, const char *key, json *value)
{
	json_object_object_add(o, key, value);
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
	const struct created *created = &g->created;
	json *list = json_object_new_array_ext(15);

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
	if (!created_any(created))
		return list;
	json_object_array_add(list, numbers(created->count, NR_CREATIONS));
	json_object_array_add(list, numbers(created->timed, NR_CREATIONS));
	json_object_array_add(list, numbers(created->duration_ns, NR_CREATIONS));
	json_object_array_add(list, json_part_number(created->resident_bytes));
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
	json *created;

	if (!created_any(c)) {
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
		json_object_array_add(list, json_part_of_kind(k, &g->cost[k]));
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
