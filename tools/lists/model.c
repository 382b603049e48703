// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "lists/model.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/command.h"
#include "client/json_read.h"
#include "common/alloc.h"
#include "common/array.h"
#include "common/index.h"
#include "common/names.h"
#include "common/text.h"
#include "lists/applications.h"

struct known {
	struct row row;			      /* first: what callers see */
	struct charges base;		      /* total at the previous refresh */
	struct created created, base_created; /* so far; at the previous refresh */
	u64 nr_ended, base_nr_ended;	      /* number so far; number at the previous refresh */
	u64 seen;			      /* number of the last reply that listed the row */
	char *name, *application, *cmdline;
	u64 id;	   /* key in by_id */
	size_t at; /* index in rows */
};

struct model {
	struct session *session;
	enum model_what what;
	u32 tgid;
	struct known **rows;
	size_t n, room;
	const struct row **shown;
	size_t nr_shown;
	size_t nr_programs; /* number of rows of ended groups */
	struct index *by_id;
	struct json_object *reply;
	u64 seq, time_ns, interval_ns;
	u64 replies;
	bool grown; /* there were two refreshes, so that growth is known */
	/* For MODEL_THREADS: the thread group, and a row of its ended threads. */
	struct known group;
	struct row ended;
};

/* Most rows of ended programs that are kept; more than the daemon lists at a time. */
enum { MOST_PROGRAMS = 4096 };

struct model *model_new(struct session *session, enum model_what what, u32 tgid)
{
	struct model *m = xcalloc(1, sizeof(*m));

	m->session = session;
	m->what = what;
	m->tgid = tgid;
	m->group.row.tgid = tgid;
	m->by_id = index_new();
	return m;
}

static u64 id_of(u32 number, u64 start_ns)
{
	return (u64)number << 32 | BIRTH_OF(start_ns);
}

/*
 * The key of a program's row has a tgid of 0. It cannot be that of a task: only the idle tasks have
 * number 0, and their start is 0, while ids of programs begin at 1.
 */
static u64 id_of_program(u64 id)
{
	return id & UINT32_MAX;
}

static void forget(struct model *m, struct known *k)
{
	index_remove(m->by_id, k->id);
	m->nr_programs -= k->row.ended;
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
	free(m->group.name);
	free(m->group.application);
	free(m->group.cmdline);
	free(m->shown);
	free(m->rows);
	free(m);
}

static struct known *get(struct model *m, u64 id)
{
	struct known *k = index_find(m->by_id, id);

	if (k)
		return k;
	ARRAY_RESERVE(m->rows, m->n, m->room);
	k = xcalloc(1, sizeof(*k));
	k->id = id;
	k->at = m->n;
	m->rows[m->n++] = k;
	index_add(m->by_id, id, k);
	return k;
}

static void replace(char **old, const char *text)
{
	if (*old && !strcmp(*old, text))
		return;
	/* The daemon escapes names, but another program may answer on the socket. */
	free(*old);
	*old = text_disarm(xstrdup(text));
}

static struct known *get_group(struct model *m, u32 tgid, u64 start_ns)
{
	struct known *k = get(m, id_of(tgid, start_ns));

	k->row.tgid = tgid;
	k->row.start_ns = start_ns;
	k->seen = m->replies;
	return k;
}

static void read_counts(struct known *k, struct json_object *list)
{
	struct charges *c = &k->row.total;

	k->row.threads = (u32)json_object_get_uint64(read_item(list, 2));
	read_numbers(read_item(list, 3), c->switches, NR_KINDS);
	read_numbers(read_item(list, 4), c->cost_ns, NR_KINDS);
	read_numbers(read_item(list, 5), c->reasons, NR_REASONS);
	read_numbers(read_item(list, 6), c->user_switches, NR_KINDS);
	read_numbers(read_item(list, 7), c->user_cost_ns, NR_KINDS);
	k->nr_ended = json_object_get_uint64(read_item(list, 8));
	read_numbers(read_item(list, 9), c->waits, NR_WAITS);
	read_numbers(read_item(list, 10), c->wait_ns, NR_WAITS);
	/* The rest is there if the group created a task. */
	read_numbers(read_item(list, 11), k->created.count, NR_CREATIONS);
	read_numbers(read_item(list, 12), k->created.timed, NR_CREATIONS);
	read_numbers(read_item(list, 13), k->created.duration_ns, NR_CREATIONS);
	k->created.resident_bytes = json_object_get_uint64(read_item(list, 14));
}

/* Makes the present totals the base from which growth is measured. */
static void set_base(struct known *k)
{
	k->base = k->row.total;
	k->base_created = k->created;
	k->base_nr_ended = k->nr_ended;
}

static void take_group_counts(struct model *m, struct json_object *list)
{
	u32 tgid = (u32)json_object_get_uint64(read_item(list, 0));

	read_counts(get_group(m, tgid, json_object_get_uint64(read_item(list, 1))), list);
}

static void read_names(struct known *k, struct json_object *o)
{
	struct json_object *application = read_member(o, "application");

	replace(&k->name, read_text(o, "comm"));
	replace(&k->application, application ? read_text(application, "name") : k->name);
	replace(&k->cmdline, read_text(o, "cmdline"));
	k->row.kind = application_kind_word(read_text(application, "kind"));
}

static void take_group_name(struct model *m, struct json_object *o)
{
	struct known *k = get_group(m, (u32)read_number(o, "tgid"), read_number(o, "start_ns"));

	read_names(k, o);
	k->row.ppid = (u32)read_number(o, "ppid");
}

/*
 * Finds the row of an ended group. Returns NULL if it is unknown, or if its tgid is 0, as that of
 * the idle tasks and of programs, which never end.
 */
static struct known *find_gone(const struct model *m, struct json_object *item)
{
	u32 tgid = (u32)json_object_get_uint64(read_item(item, 0));

	if (!tgid)
		return NULL;
	return index_find(m->by_id, id_of(tgid, json_object_get_uint64(read_item(item, 1))));
}

/*
 * When a group ends, the daemon moves all its charges to the row of its program. Only what came
 * since the previous refresh is growth: the group's base becomes a part of the program's.
 */
static void take_ended(struct model *m, struct json_object *o)
{
	struct json_object *gone = read_member(o, "gone");
	struct known *k = get(m, id_of_program(read_number(o, "id")));
	bool is_new = !k->seen;

	m->nr_programs += is_new;
	k->row.ended = true;
	k->seen = m->replies;
	read_names(k, o);
	read_charges(o, "switches", o, &k->row.total);
	read_created(o, &k->created);
	k->nr_ended = read_number(o, "groups");
	/*
	 * Without `gone` it is unknown which charges are old, so that the row shows no growth in
	 * this interval.
	 */
	if (!gone) {
		set_base(k);
		return;
	}
	for (size_t i = 0; i < read_length(gone); i++) {
		struct known *g = find_gone(m, read_item(gone, i));

		if (!g)
			continue;
		charges_add(&k->base, &g->base);
		created_add(&k->base_created, &g->base_created);
		forget(m, g);
	}
}

static void take_gone(struct model *m, struct json_object *item)
{
	struct known *k = find_gone(m, item);

	if (k)
		forget(m, k);
}

static void take_thread(struct model *m, struct json_object *o)
{
	u32 tid = (u32)read_number(o, "tid");
	u64 start_ns = read_number(o, "start_ns");
	struct known *k = get(m, id_of(tid, start_ns));
	struct row *r = &k->row;

	replace(&k->name, read_text(o, "comm"));
	replace(&k->application, "");
	replace(&k->cmdline, "");
	r->kind = "comm";
	r->tid = tid;
	r->tgid = (u32)read_number(o, "tgid");
	r->start_ns = start_ns;
	read_charges(o, "in", read_member(o, "out"), &r->total);
	k->seen = m->replies;
}

static void take_list(struct model *m, const char *name,
		      void (*take)(struct model *m, struct json_object *o))
{
	struct json_object *list = read_member(m->reply, name);

	for (size_t i = 0; i < read_length(list); i++)
		take(m, read_item(list, i));
}

/* Drops groups that have counts but no name, because they ended before they could be named. */
static void forget_unnamed(struct model *m)
{
	for (size_t i = m->n; i-- > 0;)
		if (!m->rows[i]->name)
			forget(m, m->rows[i]);
}

/* Takes the facts of the group from parts of their own, since `threads` does not have them. */
static void take_group_of_threads(struct model *m)
{
	struct json_object *name = read_item(read_member(m->reply, "group_names"), 0);
	struct json_object *counts = read_item(read_member(m->reply, "group_counts"), 0);
	struct known *g = &m->group;

	set_base(g);
	/* The group has ended. */
	if (!name || !counts)
		return;
	read_names(g, name);
	g->row.ppid = (u32)read_number(name, "ppid");
	read_counts(g, counts);
	for (size_t i = 0; i < m->n; i++) {
		m->rows[i]->row.ppid = g->row.ppid;
		m->rows[i]->row.threads = g->row.threads;
	}
}

static void take_groups(struct model *m)
{
	take_list(m, "group_counts", take_group_counts);
	take_list(m, "group_names", take_group_name);
	forget_unnamed(m);
	take_list(m, "ended", take_ended);
	take_list(m, "gone", take_gone);
}

static int ask(struct model *m, u64 since)
{
	char request[384], filter[32] = "";
	int status;

	if (m->tgid || m->what == MODEL_THREADS)
		snprintf(filter, sizeof(filter), ",\"tgid\":%u", m->tgid);
	snprintf(request, sizeof(request),
		 "\"op\":\"snapshot\",\"parts\":[\"host\",\"accounting\",\"ring\",\"probe\","
		 "\"recent\",\"cost_sums\",\"gone\",\"group_counts\",\"group_names\",%s],\"since\":"
		 "%" PRIu64 "%s",
		 m->what == MODEL_THREADS ? "\"threads\"" : "\"ended\"", since, filter);
	json_object_put(m->reply);
	m->reply = NULL;
	status = session_ask(m->session, request, &m->reply);
	if (status || !m->reply)
		return status;
	m->replies++;
	m->seq = read_number(m->reply, "seq");
	if (m->what == MODEL_GROUPS)
		take_groups(m);
	else
		take_list(m, "threads", take_thread);
	return CLIENT_OK;
}

/* Drops the rows that the last reply did not list. */
static void forget_unlisted(struct model *m)
{
	for (size_t i = m->n; i-- > 0;)
		if (m->rows[i]->seen != m->replies)
			forget(m, m->rows[i]);
}

static void set_bases(struct model *m)
{
	for (size_t i = 0; i < m->n; i++)
		set_base(m->rows[i]);
}

static int refresh_groups(struct model *m)
{
	int status = ask(m, m->seq);

	if (status || !m->reply)
		return status;
	/*
	 * Ask anew for everything if more groups ended than the daemon remembers, or if too many
	 * programs are kept.
	 */
	if (read_member(m->reply, "gone") && m->nr_programs <= MOST_PROGRAMS)
		return status;
	status = ask(m, 0);
	if (!status && m->reply)
		forget_unlisted(m);
	return status;
}

static void measure_growth(const struct model *m, struct known *k)
{
	struct row *r = &k->row;

	r->name = k->name;
	r->application = k->application;
	r->cmdline = k->cmdline;
	r->seconds = (double)m->interval_ns / 1e9;
	r->grown = (struct charges){0};
	r->created = (struct created){0};
	r->nr_ended = 0;
	if (m->grown) {
		r->created = created_since(&k->created, &k->base_created);
		r->grown = charges_since(&r->total, &k->base);
		r->nr_ended = k->nr_ended > k->base_nr_ended ? k->nr_ended - k->base_nr_ended : 0;
	}
	r->cost_ns = charges_cost_ns(&r->grown);
	r->total_cost_ns = charges_cost_ns(&r->total);
	if (r->ended)
		r->threads = (u32)r->nr_ended;
}

/* Makes a row of ended threads: the growth of the group minus that of its living threads. */
static const struct row *ended_threads(struct model *m)
{
	struct charges living = {0};
	struct row *r = &m->ended;

	measure_growth(m, &m->group);
	if (!m->group.row.nr_ended)
		return NULL;
	for (size_t i = 0; i < m->n; i++)
		charges_add(&living, &m->rows[i]->row.grown);
	*r = m->group.row;
	r->name = "(ended)";
	r->ended = true;
	r->grown = charges_since(&m->group.row.grown, &living);
	r->cost_ns = charges_cost_ns(&r->grown);
	r->total = r->grown;
	r->total_cost_ns = r->cost_ns;
	return r;
}

static bool is_shown(const struct row *r)
{
	return !r->ended || r->nr_ended || charges_switches(&r->grown);
}

static void measure_all(struct model *m)
{
	const struct row *ended = NULL;

	for (size_t i = 0; i < m->n; i++)
		measure_growth(m, m->rows[i]);
	if (m->what == MODEL_THREADS)
		ended = ended_threads(m);
	m->shown = xrealloc(m->shown, m->n + 1, sizeof(struct row *));
	m->nr_shown = 0;
	for (size_t i = 0; i < m->n; i++)
		if (is_shown(&m->rows[i]->row))
			m->shown[m->nr_shown++] = &m->rows[i]->row;
	if (ended)
		m->shown[m->nr_shown++] = ended;
}

int model_refresh(struct model *m)
{
	bool first = !m->replies;
	u64 before = m->time_ns;
	int status;

	set_bases(m);
	status = m->what == MODEL_THREADS ? ask(m, 0) : refresh_groups(m);
	if (status || !m->reply)
		return status;
	m->time_ns = read_number(m->reply, "time_ns");
	m->interval_ns = first ? 0 : m->time_ns - before;
	m->grown = !first && m->interval_ns;
	if (m->what == MODEL_THREADS) {
		forget_unlisted(m);
		take_group_of_threads(m);
	}
	measure_all(m);
	return CLIENT_OK;
}

size_t model_nr_rows(const struct model *m)
{
	return m->nr_shown;
}

const struct row *model_row(const struct model *m, size_t i)
{
	return m->shown[i];
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
