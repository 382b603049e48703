// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "model.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "applications.h"
#include "command.h"
#include "index.h"
#include "reading.h"
#include "text.h"

struct known {
	struct row row;	     /* first: what callers see */
	struct charges base; /* total as of the refresh before */
	u64 base_cost_ns;
	u64 seen; /* number of the last reply that listed it */
	char *name, *application, *cmdline;
	u64 id;	   /* under which it is found */
	size_t at; /* in rows */
};

struct model {
	struct session *session;
	enum model_what what;
	u32 tgid;
	struct known **rows;
	size_t n, room;
	struct index *by_id;
	struct json_object *reply;
	u64 seq, time_ns, interval_ns;
	u64 replies;
	bool grown; /* there was a refresh before the last one */
	bool mending;
};

struct model *model_new(struct session *session, enum model_what what, u32 tgid)
{
	struct model *m = xcalloc(1, sizeof(*m));

	m->session = session;
	m->what = what;
	m->tgid = tgid;
	m->by_id = index_new();
	return m;
}

static u64 id_of(u32 number, u64 start_ns)
{
	return (u64)number << 32 | BIRTH_OF(start_ns);
}

static void forget(struct model *m, struct known *k)
{
	index_remove(m->by_id, k->id);
	m->n--;
	m->rows[k->at] = m->rows[m->n];
	m->rows[k->at]->at = k->at;
	free(k->name);
	free(k->application);
	free(k->cmdline);
	free(k);
}

void model_free(struct model *m)
{
	if (!m)
		return;
	while (m->n)
		forget(m, m->rows[m->n - 1]);
	json_object_put(m->reply);
	index_free(m->by_id);
	free(m->rows);
	free(m);
}

static struct known *get(struct model *m, u32 number, u64 start_ns)
{
	u64 id = id_of(number, start_ns);
	struct known *k = index_find(m->by_id, id);

	if (k)
		return k;
	if (m->n == m->room) {
		m->room = m->room ? m->room * 2 : 64;
		m->rows = xrealloc(m->rows, m->room, sizeof(struct known *));
	}
	k = xcalloc(1, sizeof(*k));
	k->id = id;
	k->row.start_ns = start_ns;
	k->at = m->n;
	m->rows[m->n++] = k;
	index_add(m->by_id, id, k);
	return k;
}

static void replace(char **old, const char *text)
{
	if (*old && !strcmp(*old, text))
		return;
	/* The daemon escapes names; whoever else answers may not. */
	free(*old);
	*old = text_disarm(xstrdup(text));
}

static u64 sum_of_kinds(const u64 v[NR_KINDS])
{
	u64 sum = 0;

	for (int k = 0; k < NR_KINDS; k++)
		sum += v[k];
	return sum;
}

static void take_group_counts(struct model *m, struct json_object *list)
{
	u32 tgid = (u32)json_object_get_uint64(read_item(list, 0));
	struct known *k = get(m, tgid, json_object_get_uint64(read_item(list, 1)));
	struct row *r = &k->row;

	r->tgid = tgid;
	r->threads = (u32)json_object_get_uint64(read_item(list, 2));
	read_numbers(read_item(list, 3), r->total.switches, NR_KINDS);
	read_numbers(read_item(list, 4), r->total.cost_ns, NR_KINDS);
	read_numbers(read_item(list, 5), r->total.reasons, NR_REASONS);
	r->total_cost_ns = sum_of_kinds(r->total.cost_ns);
	k->seen = m->replies;
	/* It was forgotten, and had not changed since the reply before: it has not grown. */
	if (m->mending && !k->name) {
		k->base = r->total;
		k->base_cost_ns = r->total_cost_ns;
	}
}

static void take_group_name(struct model *m, struct json_object *o)
{
	struct json_object *application = read_member(o, "application");
	u32 tgid = (u32)read_number(o, "tgid");
	struct known *k = get(m, tgid, read_number(o, "start_ns"));

	replace(&k->name, read_text(o, "comm"));
	replace(&k->application, application ? read_text(application, "name") : k->name);
	replace(&k->cmdline, read_text(o, "cmdline"));
	k->row.kind = application_kind_word(read_text(application, "kind"));
	k->row.tgid = tgid;
	k->row.ppid = (u32)read_number(o, "ppid");
	k->seen = m->replies;
}

static void take_thread(struct model *m, struct json_object *o)
{
	u32 tid = (u32)read_number(o, "tid");
	struct known *k = get(m, tid, read_number(o, "start_ns"));
	struct json_object *out = read_member(o, "out");
	struct row *r = &k->row;

	replace(&k->name, read_text(o, "comm"));
	replace(&k->application, "");
	replace(&k->cmdline, "");
	r->kind = "comm";
	r->tid = tid;
	r->tgid = (u32)read_number(o, "tgid");
	read_by_kind(o, "in", r->total.switches);
	for (int i = 0; i < NR_REASONS; i++)
		r->total.reasons[i] = read_number(out, reason_names[i]);
	read_by_kind(o, "cost_ns", r->total.cost_ns);
	r->total_cost_ns = sum_of_kinds(r->total.cost_ns);
	k->seen = m->replies;
}

static void take_list(struct model *m, const char *name,
		      void (*take)(struct model *m, struct json_object *o))
{
	struct json_object *list = read_member(m->reply, name);

	for (size_t i = 0; i < read_length(list); i++)
		take(m, read_item(list, i));
}

/* Counted, and gone before it could be named. */
static void forget_unnamed(struct model *m)
{
	for (size_t i = m->n; i-- > 0;)
		if (!m->rows[i]->name)
			forget(m, m->rows[i]);
}

/* Threads say nothing of their group. */
static void add_group_facts(struct model *m)
{
	struct json_object *name = read_item(read_member(m->reply, "group_names"), 0);
	struct json_object *counts = read_item(read_member(m->reply, "group_counts"), 0);

	for (size_t i = 0; i < m->n; i++) {
		m->rows[i]->row.ppid = (u32)read_number(name, "ppid");
		m->rows[i]->row.threads = (u32)json_object_get_uint64(read_item(counts, 2));
	}
}

static int ask(struct model *m, u64 since)
{
	char request[256], filter[32] = "";
	int status;

	if (m->tgid || m->what == MODEL_THREADS)
		snprintf(filter, sizeof(filter), ",\"tgid\":%u", m->tgid);
	snprintf(request, sizeof(request),
		 "\"op\":\"snapshot\",\"parts\":[\"host\",\"accounting\",\"ring\",\"probe\","
		 "\"recent\",\"nr_groups\",\"group_counts\",\"group_names\"%s],\"since\":%" PRIu64
		 "%s",
		 m->what == MODEL_THREADS ? ",\"threads\"" : "", since, filter);
	json_object_put(m->reply);
	m->reply = NULL;
	status = session_ask(m->session, request, &m->reply);
	if (status || !m->reply)
		return status;
	m->replies++;
	m->seq = read_number(m->reply, "seq");
	if (m->what == MODEL_THREADS) {
		take_list(m, "threads", take_thread);
		return CLIENT_OK;
	}
	take_list(m, "group_counts", take_group_counts);
	take_list(m, "group_names", take_group_name);
	forget_unnamed(m);
	return CLIENT_OK;
}

/* Those that the last reply did not list; only the dead ones of them. */
static void forget_unlisted(struct model *m, bool only_dead)
{
	for (size_t i = m->n; i-- > 0;) {
		struct known *k = m->rows[i];

		if (k->seen != m->replies && (!only_dead || !k->row.threads))
			forget(m, k);
	}
}

/* What has ended is not told of: that some has shows by the number that are listed. */
static int mend(struct model *m)
{
	int status;

	if (m->what == MODEL_GROUPS) {
		if (m->n == read_number(m->reply, "nr_groups"))
			return CLIENT_OK;
		forget_unlisted(m, true);
		if (m->n == read_number(m->reply, "nr_groups"))
			return CLIENT_OK;
	}
	m->mending = true;
	status = ask(m, 0);
	m->mending = false;
	if (!status && m->reply)
		forget_unlisted(m, false);
	return status;
}

static void measure_growth(struct model *m)
{
	double seconds = (double)m->interval_ns / 1e9;

	for (size_t i = 0; i < m->n; i++) {
		struct known *k = m->rows[i];
		struct row *r = &k->row;

		r->name = k->name;
		r->application = k->application;
		r->cmdline = k->cmdline;
		r->seconds = seconds;
		if (!m->grown) {
			r->grown = (struct charges){0};
			r->cost_ns = 0;
			continue;
		}
		r->grown = charges_since(&r->total, &k->base);
		/* An exec hands a thread's counters to another one: they may fall. */
		r->cost_ns =
			r->total_cost_ns > k->base_cost_ns ? r->total_cost_ns - k->base_cost_ns : 0;
	}
}

int model_refresh(struct model *m)
{
	bool first = !m->replies;
	u64 before = m->time_ns;
	int status;

	for (size_t i = 0; i < m->n; i++) {
		m->rows[i]->base = m->rows[i]->row.total;
		m->rows[i]->base_cost_ns = m->rows[i]->row.total_cost_ns;
	}
	status = ask(m, m->what == MODEL_THREADS ? 0 : m->seq);
	if (!status && m->reply && m->what == MODEL_THREADS)
		forget_unlisted(m, false);
	else if (!status && m->reply && !first)
		status = mend(m);
	if (status || !m->reply)
		return status;
	m->time_ns = read_number(m->reply, "time_ns");
	m->interval_ns = first ? 0 : m->time_ns - before;
	m->grown = !first && m->interval_ns;
	if (m->what == MODEL_THREADS)
		add_group_facts(m);
	measure_growth(m);
	return CLIENT_OK;
}

size_t model_nr_rows(const struct model *m)
{
	return m->n;
}

const struct row *model_row(const struct model *m, size_t i)
{
	return &m->rows[i]->row;
}

u64 model_time_ns(const struct model *m)
{
	return m->time_ns;
}

u64 model_interval_ns(const struct model *m)
{
	return m->interval_ns;
}

struct json_object *model_reply(const struct model *m)
{
	return m->reply;
}

struct row *model_applications(const struct model *m, size_t *n)
{
	const struct row **rows = xcalloc(m->n + 1, sizeof(struct row *));
	struct row *applications;

	for (size_t i = 0; i < m->n; i++)
		rows[i] = &m->rows[i]->row;
	applications = applications_of(rows, m->n, n);
	free(rows);
	return applications;
}
