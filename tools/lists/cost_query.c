// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "lists/cost_query.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/command.h"
#include "client/json_read.h"
#include "common/alloc.h"
#include "common/index.h"
#include "common/names.h"

/* The histograms of one group, or of the host. */
struct part {
	u64 id;
	struct histogram cost[NR_KINDS];
};

struct parts {
	struct part *parts;
	size_t n;
	struct index *by_id;
};

struct cost_query {
	struct session *session;
	struct cost_query_filter filter;
	struct json_object *reply;
	struct parts now, before;
	struct histogram shown[NR_KINDS];
	u64 time_ns, interval_ns;
	bool again;
};

struct cost_query *cost_query_new(struct session *session, const struct cost_query_filter *filter)
{
	struct cost_query *c = xcalloc(1, sizeof(*c));

	c->session = session;
	c->filter = *filter;
	return c;
}

static void parts_release(struct parts *p)
{
	for (size_t i = 0; i < p->n; i++)
		for (int k = 0; k < NR_KINDS; k++)
			histogram_release(&p->parts[i].cost[k]);
	free(p->parts);
	if (p->by_id)
		index_free(p->by_id);
	*p = (struct parts){0};
}

void cost_query_free(struct cost_query *c)
{
	if (!c)
		return;
	parts_release(&c->now);
	parts_release(&c->before);
	for (int k = 0; k < NR_KINDS; k++)
		histogram_release(&c->shown[k]);
	json_object_put(c->reply);
	free(c);
}

static int kind_of(struct json_object *o)
{
	for (int k = 0; k < NR_KINDS; k++)
		if (!strcmp(kind_names[k], read_text(o, "kind")))
			return k;
	return -1;
}

static void take_costs(struct part *part, struct json_object *list, const char *from)
{
	if (!json_object_is_type(list, json_type_array))
		return;
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct json_object *o = json_object_array_get_idx(list, i);
		int kind = kind_of(o);

		if (kind >= 0 && (!from || !strcmp(from, read_text(o, "from"))))
			read_histogram(o, &part->cost[kind]);
	}
}

static bool of_groups(const struct cost_query *c)
{
	return c->filter.group || c->filter.application;
}

static void take_parts(struct cost_query *c)
{
	struct json_object *list = read_member(c->reply, "group_cost");
	const char *from = c->filter.from < 0 ? NULL : from_names[c->filter.from];
	struct parts *p = &c->now;

	p->by_id = index_new();
	if (!of_groups(c)) {
		p->n = 1;
		p->parts = xcalloc(1, sizeof(*p->parts));
		take_costs(p->parts, read_member(c->reply, "cost_by_from"), from);
		index_add(p->by_id, 0, p->parts);
		return;
	}
	if (!json_object_is_type(list, json_type_array))
		return;
	p->n = json_object_array_length(list);
	p->parts = xcalloc(p->n + 1, sizeof(*p->parts));
	for (size_t i = 0; i < p->n; i++) {
		struct json_object *o = json_object_array_get_idx(list, i);
		struct part *part = &p->parts[i];

		part->id = read_number(o, "tgid") << 32 | BIRTH_OF(read_number(o, "start_ns"));
		take_costs(part, read_member(o, "cost"), NULL);
		if (!index_find(p->by_id, part->id))
			index_add(p->by_id, part->id, part);
	}
}

/* Adds to `to` the growth from `before` to `now`. */
static void add_growth(struct histogram *to, const struct histogram *now,
		       const struct histogram *before)
{
	u64 first = 0, last = 0;

	if (now->count == before->count)
		return;
	for (u32 b = 0; b < NR_BUCKETS; b++) {
		u64 grown = histogram_bucket(now, b) - histogram_bucket(before, b);

		if (!grown)
			continue;
		if (!last)
			first = bucket_low(b);
		last = b == BUCKET_OVERFLOW ? now->max_ns : bucket_low(b + 1) - 1;
		histogram_add_bucket(to, b, grown);
	}
	if (last > now->max_ns)
		last = now->max_ns;
	histogram_add_totals(to, now->count - before->count, now->sum_ns - before->sum_ns,
			     (u32)first, (u32)last);
}

static void show(struct cost_query *c)
{
	for (int k = 0; k < NR_KINDS; k++)
		histogram_clear(&c->shown[k]);
	for (size_t i = 0; i < c->now.n; i++) {
		const struct part *now = &c->now.parts[i], *before = NULL;

		if (c->again)
			before = index_find(c->before.by_id, now->id);
		for (int k = 0; k < NR_KINDS; k++)
			if (before)
				add_growth(&c->shown[k], &now->cost[k], &before->cost[k]);
			else
				histogram_merge(&c->shown[k], &now->cost[k]);
	}
}

static int ask(struct cost_query *c)
{
	struct json_object *o = json_object_new_object(), *parts = json_object_new_array();
	const char *group = c->filter.group;
	char *request, *end;
	int status;

	json_object_array_add(parts, json_object_new_string("host"));
	json_object_array_add(parts, json_object_new_string("switches"));
	json_object_array_add(parts,
			      json_object_new_string(of_groups(c) ? "group_cost" : "cost_by_from"));
	json_object_object_add(o, "op", json_object_new_string("snapshot"));
	json_object_object_add(o, "parts", parts);
	if (group && *group && strspn(group, "0123456789") == strlen(group))
		json_object_object_add(o, "tgid", json_object_new_int64(strtoll(group, &end, 10)));
	else if (group)
		json_object_object_add(o, "comm", json_object_new_string(group));
	if (c->filter.application)
		json_object_object_add(o, "application",
				       json_object_new_string(c->filter.application));
	request = session_members(o);
	status = session_ask(c->session, request, &c->reply);
	free(request);
	return status;
}

int cost_query_refresh(struct cost_query *c)
{
	int status;
	u64 time_ns;

	c->again = c->reply != NULL;
	json_object_put(c->reply);
	c->reply = NULL;
	status = ask(c);
	if (status || !c->reply)
		return status;
	parts_release(&c->before);
	c->before = c->now;
	c->now = (struct parts){0};
	take_parts(c);
	show(c);
	time_ns = read_number(c->reply, "time_ns");
	c->interval_ns = c->again ? time_ns - c->time_ns
				  : read_number(read_member(c->reply, "host"), "uptime_ns");
	c->time_ns = time_ns;
	return CLIENT_OK;
}

const struct histogram *cost_query_of(const struct cost_query *c, int kind)
{
	return &c->shown[kind];
}

u64 cost_query_time_ns(const struct cost_query *c)
{
	return c->time_ns;
}

u64 cost_query_interval_ns(const struct cost_query *c)
{
	return c->interval_ns;
}

size_t cost_query_nr_groups(const struct cost_query *c)
{
	return c->now.n;
}

struct json_object *cost_query_reply(const struct cost_query *c)
{
	return c->reply;
}
