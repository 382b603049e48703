// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <math.h>

#include "advise/advise.h"
#include "client/json_print.h"

static void put_text(struct json_object *o, const char *key, const char *text)
{
	json_object_object_add(o, key, text ? json_object_new_string(text) : NULL);
}

static void put_double(struct json_object *o, const char *key, double v)
{
	json_object_object_add(o, key, isfinite(v) ? json_object_new_double(v) : NULL);
}

static void put_u64(struct json_object *o, const char *key, u64 v)
{
	json_object_object_add(o, key, json_object_new_uint64(v));
}

static void put_figure(struct json_object *o, const char *key, const struct figure *f)
{
	struct json_object *figure = json_object_new_object();

	put_double(figure, "value", f->value);
	put_double(figure, "spread", f->spread);
	json_object_object_add(figure, "unsteady", json_object_new_boolean(figure_unsteady(f)));
	json_object_object_add(o, key, figure);
}

static double mean_ns(const struct charges *c, enum switch_kind kind)
{
	return c->switches[kind] ? (double)c->cost_ns[kind] / (double)c->switches[kind] : NAN;
}

static struct json_object *evidence_json(const struct seen_application *s)
{
	const struct features *f = &s->features;
	const struct charges *c = &s->row->grown;
	struct json_object *o = json_object_new_object();

	put_u64(o, "groups", s->living_groups);
	put_u64(o, "threads", s->living_threads);
	put_double(o, "seconds", f->seconds);
	put_double(o, "cpus", f->cpus);
	put_double(o, "switches_per_s", f->switches);
	put_double(o, "thread_per_s", (double)c->switches[KIND_THREAD] / f->seconds);
	put_double(o, "process_per_s", (double)c->switches[KIND_PROCESS] / f->seconds);
	put_double(o, "voluntary_per_s", f->voluntary);
	put_double(o, "preempted_per_s", f->preempted);
	put_u64(o, "busy_groups", f->busy_groups);
	put_u64(o, "busy_threads", f->busy_threads);
	put_double(o, "same_group_per_s", f->same_group);
	put_double(o, "sibling_per_s", f->sibling);
	put_double(o, "same_group_share", shape_same_group_share(f));
	put_double(o, "overlap_share", f->overlap);
	put_double(o, "new_threads_per_s", f->created[CREATED_THREAD]);
	put_double(o, "forks_per_s", f->created[CREATED_PROCESS]);
	put_double(o, "spawns_per_s", f->created[CREATED_VM_PROCESS]);
	put_double(o, "wait_p99_ns", charges_waits(c) ? (double)s->wait_p99_ns : NAN);
	put_double(o, "thread_mean_ns", mean_ns(c, KIND_THREAD));
	put_double(o, "process_mean_ns", mean_ns(c, KIND_PROCESS));
	return o;
}

static struct json_object *spends_json(const struct seen_application *s)
{
	const struct charges *c = &s->row->grown;
	double ns = s->features.seconds * 1e9;
	struct json_object *o = json_object_new_object();

	put_double(o, "thread_switches_cpus", (double)c->cost_ns[KIND_THREAD] / ns);
	put_double(o, "process_switches_cpus", (double)c->cost_ns[KIND_PROCESS] / ns);
	put_double(o, "creating_cpus", estimate_creating(s));
	put_double(o, "waiting_cpus", charges_waits(c) ? (double)charges_wait_ns(c) / ns : NAN);
	return o;
}

static struct json_object *change_json(const struct change *c)
{
	struct json_object *o = json_object_new_object();

	put_double(o, "switches_per_s", c->switches);
	put_double(o, "switches_cpus", c->direct);
	put_double(o, "switches_spread_cpus", c->spread);
	put_double(o, "indirect_cpus", c->indirect);
	put_double(o, "creations_cpus", c->creations);
	json_object_object_add(o, "measurable", json_object_new_boolean(c->measurable));
	return o;
}

static struct json_object *memory_json(const struct memory *m)
{
	struct json_object *o = json_object_new_object(), *each = json_object_new_array();

	for (u32 i = 0; i < m->processes; i++) {
		struct json_object *process = json_object_new_object();

		put_u64(process, "tgid", m->each[i].tgid);
		put_u64(process, "pss_bytes", m->each[i].pss);
		put_u64(process, "uss_bytes", m->each[i].uss);
		json_object_array_add(each, process);
	}
	put_u64(o, "processes", m->processes);
	json_object_object_add(o, "each", each);
	put_u64(o, "unread_processes", m->unread);
	put_text(o, "reason", m->why);
	put_u64(o, "pss_bytes", m->pss);
	put_u64(o, "uss_bytes", m->uss);
	put_u64(o, "as_threads_surely_bytes", m->surely);
	put_u64(o, "as_threads_perhaps_bytes", m->perhaps);
	return o;
}

static struct json_object *advice_json(const struct advise *a, const struct advice *v)
{
	struct json_object *o = json_object_new_object();

	put_text(o, "application", v->seen->row->name);
	put_text(o, "kind", v->seen->row->kind);
	put_text(o, "shape", shape_words[v->shape]);
	put_text(o, "creates",
		 v->creates == NR_CREATIONS	? NULL
		 : v->creates == CREATED_THREAD ? "threads"
						: "processes");
	put_text(o, "runtime", v->runtime ? v->runtime->name : NULL);
	put_text(o, "said", shape_phrases[v->shape]);
	put_double(o, "enough_s",
		   v->shape == SHAPE_IDLE && shape_enough_seconds(&v->seen->features) > 0
			   ? shape_enough_seconds(&v->seen->features)
			   : NAN);
	json_object_object_add(o, "evidence", evidence_json(v->seen));
	json_object_object_add(o, "spends", spends_json(v->seen));
	json_object_object_add(o, "as_threads", change_json(&v->estimate.as_threads));
	json_object_object_add(o, "as_processes", change_json(&v->estimate.as_processes));
	json_object_object_add(o, "memory", a->one ? memory_json(&v->memory) : NULL);
	return o;
}

void advise_print_json(const struct advise *a)
{
	struct json_object *o = json_print_begin(), *list = json_object_new_array(),
			   *prices = json_object_new_object();

	put_u64(o, "time_ns", a->time_ns);
	put_double(o, "window_s", a->seconds);
	put_u64(o, "switches", a->summary->switches);
	put_u64(o, "lost", a->summary->lost);
	put_figure(prices, "direct_ns", &a->prices.direct);
	put_figure(prices, "indirect_ns", &a->prices.indirect);
	put_figure(prices, "thread_ns", &a->prices.thread);
	put_figure(prices, "fork_ns", &a->prices.fork);
	json_object_object_add(o, "prices", prices);
	for (size_t i = 0; i < a->n; i++)
		json_object_array_add(list, advice_json(a, &a->advices[i]));
	json_object_object_add(o, "applications", list);
	json_print_end(o);
}
