// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "lists/histogram_query.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/command.h"
#include "client/json_read.h"
#include "common/alloc.h"
#include "common/index.h"
#include "common/names.h"

/* Those of the costs come first. */
enum {
	FIRST_WAIT = NR_KINDS,
	FIRST_CREATION = FIRST_WAIT + NR_WAITS,
	FIRST_START = FIRST_CREATION + NR_CREATIONS,
	NR_HISTOGRAMS = FIRST_START + NR_CREATIONS,
};

/* The histograms of one group, or of the host. */
struct part {
	u64 id;
	struct histogram histograms[NR_HISTOGRAMS];
};

struct parts {
	struct part *parts;
	size_t n;
	struct index *by_id;
};

struct histogram_query {
	struct session *session;
	struct histogram_query_filter filter;
	struct json_object *reply;
	struct parts now, before;
	struct histogram shown[NR_HISTOGRAMS];
	u64 time_ns, interval_ns;
	u64 tlb_counted_ns, tlb_ns; /* as of the last reply; in the interval */
	bool again;
};

struct histogram_query *histogram_query_new(struct session *session,
					    const struct histogram_query_filter *filter)
{
	struct histogram_query *q = xcalloc(1, sizeof(*q));

	q->session = session;
	q->filter = *filter;
	return q;
}

static void parts_release(struct parts *p)
{
	for (size_t i = 0; i < p->n; i++)
		for (int h = 0; h < NR_HISTOGRAMS; h++)
			histogram_release(&p->parts[i].histograms[h]);
	free(p->parts);
	if (p->by_id)
		index_free(p->by_id);
	*p = (struct parts){0};
}

void histogram_query_free(struct histogram_query *q)
{
	if (!q)
		return;
	parts_release(&q->now);
	parts_release(&q->before);
	for (int h = 0; h < NR_HISTOGRAMS; h++)
		histogram_release(&q->shown[h]);
	json_object_put(q->reply);
	free(q);
}

static int find_name(const char *const *names, int n, const char *name)
{
	for (int i = 0; i < n; i++)
		if (!strcmp(names[i], name))
			return i;
	return -1;
}

/* An object matches an index into names if its member is that name, or if the index is -1. */
static bool matches(struct json_object *o, const char *key, const char *const *names, int i)
{
	return i < 0 || !strcmp(names[i], read_text(o, key));
}

static void take_costs(struct part *part, struct json_object *list, int from)
{
	for (size_t i = 0; i < read_length(list); i++) {
		struct json_object *o = read_item(list, i);
		int kind = find_name(kind_names, NR_KINDS, read_text(o, "kind"));

		if (kind >= 0 && matches(o, "from", from_names, from))
			read_histogram(o, &part->histograms[kind]);
	}
}

static void take_waits(struct part *part, struct json_object *list, int kind, int from)
{
	for (size_t i = 0; i < read_length(list); i++) {
		struct json_object *o = read_item(list, i);
		int after = find_name(wait_names, NR_WAITS, read_text(o, "after"));

		if (after >= 0 && matches(o, "kind", kind_names, kind) &&
		    matches(o, "from", from_names, from))
			read_histogram(o, &part->histograms[FIRST_WAIT + after]);
	}
}

static void take_creations(struct part *part, struct json_object *list)
{
	for (size_t i = 0; i < read_length(list); i++) {
		struct json_object *o = read_item(list, i);
		int kind = find_name(creation_names, NR_CREATIONS, read_text(o, "kind"));
		struct histogram *h;

		if (kind < 0)
			continue;
		h = &part->histograms[FIRST_CREATION + kind];
		read_histogram(o, h);
		h->count = read_number(o, "timed");
		read_histogram(read_member(o, "start"), &part->histograms[FIRST_START + kind]);
	}
}

static bool of_groups(const struct histogram_query *q)
{
	return q->filter.group || q->filter.application;
}

static void take_parts(struct histogram_query *q)
{
	struct json_object *list = read_member(q->reply, "group_cost");
	struct parts *p = &q->now;

	p->by_id = index_new();
	if (!of_groups(q)) {
		p->n = 1;
		p->parts = xcalloc(1, sizeof(*p->parts));
		take_costs(p->parts, read_member(q->reply, "cost_by_from"), q->filter.from);
		take_waits(p->parts, read_member(q->reply, "wait_by_after"), q->filter.kind,
			   q->filter.from);
		take_creations(p->parts, read_member(q->reply, "creations"));
		index_add(p->by_id, 0, p->parts);
		return;
	}
	p->n = read_length(list);
	p->parts = xcalloc(p->n + 1, sizeof(*p->parts));
	for (size_t i = 0; i < p->n; i++) {
		struct json_object *o = read_item(list, i);
		struct part *part = &p->parts[i];

		part->id = read_number(o, "tgid") << 32 | BIRTH_OF(read_number(o, "start_ns"));
		take_costs(part, read_member(o, "cost"), -1);
		take_waits(part, read_member(o, "wait"), -1, -1);
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
	histogram_add_totals(to, now->count - before->count, now->sum_ns - before->sum_ns, first,
			     last);
}

static void show(struct histogram_query *q)
{
	for (int h = 0; h < NR_HISTOGRAMS; h++)
		histogram_clear(&q->shown[h]);
	for (size_t i = 0; i < q->now.n; i++) {
		const struct part *now = &q->now.parts[i], *before = NULL;

		if (q->again)
			before = index_find(q->before.by_id, now->id);
		for (int h = 0; h < NR_HISTOGRAMS; h++)
			if (before)
				add_growth(&q->shown[h], &now->histograms[h],
					   &before->histograms[h]);
			else
				histogram_merge(&q->shown[h], &now->histograms[h]);
	}
}

static int ask(struct histogram_query *q)
{
	struct json_object *o = json_object_new_object(), *parts = json_object_new_array();
	const char *group = q->filter.group;
	char *request, *end;
	int status;

	json_object_array_add(parts, json_object_new_string("host"));
	json_object_array_add(parts, json_object_new_string("switches"));
	json_object_array_add(parts,
			      json_object_new_string(of_groups(q) ? "group_cost" : "cost_by_from"));
	if (q->filter.waits && !of_groups(q))
		json_object_array_add(parts, json_object_new_string("wait_by_after"));
	if (q->filter.creations)
		json_object_array_add(parts, json_object_new_string("creations"));
	json_object_object_add(o, "op", json_object_new_string("snapshot"));
	json_object_object_add(o, "parts", parts);
	if (group && *group && strspn(group, "0123456789") == strlen(group))
		json_object_object_add(o, "tgid", json_object_new_int64(strtoll(group, &end, 10)));
	else if (group)
		json_object_object_add(o, "comm", json_object_new_string(group));
	if (q->filter.application)
		json_object_object_add(o, "application",
				       json_object_new_string(q->filter.application));
	request = session_members(o);
	status = session_ask(q->session, request, &q->reply);
	free(request);
	return status;
}

int histogram_query_refresh(struct histogram_query *q)
{
	int status;
	u64 time_ns, counted_ns;

	q->again = q->reply != NULL;
	json_object_put(q->reply);
	q->reply = NULL;
	status = ask(q);
	if (status || !q->reply)
		return status;
	parts_release(&q->before);
	q->before = q->now;
	q->now = (struct parts){0};
	take_parts(q);
	show(q);
	counted_ns = read_number(read_member(q->reply, "host"), "tlb_counted_ns");
	q->tlb_ns = q->again ? counted_ns - q->tlb_counted_ns : counted_ns;
	q->tlb_counted_ns = counted_ns;
	time_ns = read_number(q->reply, "time_ns");
	q->interval_ns = q->again ? time_ns - q->time_ns
				  : read_number(read_member(q->reply, "host"), "uptime_ns");
	q->time_ns = time_ns;
	return CLIENT_OK;
}

const struct histogram *histogram_query_cost(const struct histogram_query *q, int kind)
{
	return &q->shown[kind];
}

const struct histogram *histogram_query_wait(const struct histogram_query *q, int after)
{
	return &q->shown[FIRST_WAIT + after];
}

const struct histogram *histogram_query_creation(const struct histogram_query *q, int kind)
{
	return &q->shown[FIRST_CREATION + kind];
}

const struct histogram *histogram_query_start(const struct histogram_query *q, int kind)
{
	return &q->shown[FIRST_START + kind];
}

u64 histogram_query_time_ns(const struct histogram_query *q)
{
	return q->time_ns;
}

u64 histogram_query_interval_ns(const struct histogram_query *q)
{
	return q->interval_ns;
}

u64 histogram_query_tlb_ns(const struct histogram_query *q)
{
	return q->tlb_ns;
}

size_t histogram_query_nr_groups(const struct histogram_query *q)
{
	return q->now.n;
}

struct json_object *histogram_query_reply(const struct histogram_query *q)
{
	return q->reply;
}
