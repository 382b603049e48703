// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "outputs/series.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/array.h"
#include "common/names.h"
#include "common/text.h"

/* A group, or a program's ended groups, with switches since the last update. */
struct grown {
	const struct charges *total, *published;
	u64 switches; /* growth: total less published */
	bool ended;
	u32 series; /* index */
};

/* Reserved names come first in the table and are always shown. */
enum { OTHER, KERNEL, IDLE, NR_RESERVED };

static const char *const reserved[NR_RESERVED] = {NAME_OTHER, NAME_KERNEL, NAME_IDLE};

/*
 * The half-life of a score is about 20 updates. To replace a shown series, another must have more
 * than twice its score.
 */
#define DECAY 0.966
#define ADVANTAGE 2.0

enum { NR_HEADS = 4096 }; /* a power of two */

struct series_table {
	const struct group_label *label;
	struct series series[NR_RESERVED + MAX_SERIES];
	size_t n;
	u32 heads[NR_HEADS]; /* by hash of the name: 1 + index of the first series, 0: none */
	u64 updates;
	struct grown *grown; /* what has grown in this update */
	size_t nr_grown, room;
	size_t hand;		   /* where the next search for a series to forget begins */
	size_t searched, patience; /* series passed in this round of the search; rounds left */
	size_t order[NR_RESERVED + TOP_SERIES]; /* indices of the shown series */
	size_t shown;
};

struct series_table *series_new(const struct group_label *label)
{
	struct series_table *t = xcalloc(1, sizeof(*t));

	t->label = label;
	for (t->n = 0; t->n < NR_RESERVED; t->n++) {
		t->series[t->n].name = xstrdup(reserved[t->n]);
		t->series[t->n].shown = true;
		t->order[t->n] = t->n;
	}
	t->shown = t->n;
	return t;
}

const struct group_label *series_label(const struct series_table *t)
{
	return t->label;
}

void series_free(struct series_table *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < t->n; i++)
		free(t->series[i].name);
	free(t->grown);
	free(t);
}

/* Escapes the bytes and appends "_" to a reserved name. name must have room for size + 1 bytes. */
static void make_name(char *name, size_t size, const char *bytes)
{
	name_escape(name, size, bytes, strlen(bytes));
	for (int i = 0; i < NR_RESERVED; i++)
		if (!strcmp(name, reserved[i])) {
			strcat(name, "_");
			return;
		}
}

static bool has_history(const struct series *s)
{
	for (int k = 0; k < NR_KINDS; k++)
		if (s->total.switches[k])
			return true;
	return false;
}

/*
 * Finds a series to forget, to make room for a new name: one that has not grown in this update or
 * the last one, else one that has not grown in this update. A series that was ever shown is kept,
 * since its counters would restart at 0. The search continues where it last stopped, for at most
 * two rounds per update, as many names may be new.
 */
static struct series *forgettable(struct series_table *t)
{
	for (; t->patience; t->patience--, t->searched = 0)
		while (t->searched++ < MAX_SERIES) {
			struct series *s = &t->series[NR_RESERVED + t->hand++ % MAX_SERIES];

			if (!s->shown && !has_history(s) &&
			    s->updated + (t->patience - 1) < t->updates)
				return s;
		}
	return NULL;
}

/* A user who makes hashes collide can only make this as slow as a list without hashing. */
static u32 *head_of(struct series_table *t, const char *name)
{
	u64 hash = text_hash(TEXT_HASH, name);

	return &t->heads[(hash ^ hash >> 32) % NR_HEADS];
}

static void forget(struct series_table *t, struct series *s)
{
	u32 *link = head_of(t, s->name);

	while (&t->series[*link - 1] != s)
		link = &t->series[*link - 1].next;
	*link = s->next;
	free(s->name);
}

static struct series *add(struct series_table *t, const char *name, u32 *head)
{
	struct series *s;

	if (t->n < NR_RESERVED + MAX_SERIES) {
		s = &t->series[t->n++];
	} else {
		s = forgettable(t);
		if (!s)
			return NULL;
		forget(t, s);
	}
	*s = (struct series){.name = xstrdup(name), .user = true, .next = *head};
	*head = (u32)(s - t->series) + 1;
	return s;
}

/* Returns NULL when there is no room for another name. */
static struct series *find_or_add(struct series_table *t, const char *name)
{
	u32 *head = head_of(t, name);

	for (u32 i = *head; i; i = t->series[i - 1].next)
		if (!strcmp(t->series[i - 1].name, name))
			return &t->series[i - 1];
	return add(t, name, head);
}

/*
 * Returns the index of the series for a group with these properties; OTHER when there is none for
 * it.
 */
static u32 series_of(struct series_table *t, bool kernel, const char *comm, const char *application,
		     const char *cgroup)
{
	const char *bytes = t->label->of(comm, application, cgroup);
	char name[SERIES_NAME_LEN + 1];
	struct series *s;

	if (kernel)
		return KERNEL;
	if (!bytes)
		return OTHER;
	make_name(name, SERIES_NAME_LEN, bytes);
	s = find_or_add(t, name);
	if (!s)
		return OTHER;
	s->updated = t->updates;
	return (u32)(s - t->series);
}

/* Appends an entry to t->grown and returns it, or returns NULL when there is no growth. */
static struct grown *note_grown(struct series_table *t, const struct charges *total,
				const struct charges *published)
{
	u64 switches = charges_switches(total) - charges_switches(published);

	if (!switches)
		return NULL;
	ARRAY_RESERVE(t->grown, t->nr_grown, t->room);
	t->grown[t->nr_grown] =
		(struct grown){.total = total, .published = published, .switches = switches};
	return &t->grown[t->nr_grown++];
}

static void find_grown(struct series_table *t, const struct task_table *tasks)
{
	struct grown *grown;

	t->nr_grown = 0;
	for (size_t i = 0; i < task_table_group_slots(tasks); i++) {
		const struct group *g = task_table_group(tasks, i);

		grown = g ? note_grown(t, &g->total, &g->published) : NULL;
		if (grown)
			grown->series = g->tgid ? series_of(t, g->kernel, g->comm, g->application,
							    g->cgroup)
						: IDLE;
	}
	for (size_t i = 0; i < MAX_ENDED; i++) {
		const struct ended *e = task_table_ended(tasks, i);

		grown = e ? note_grown(t, &e->total, &e->published) : NULL;
		if (!grown)
			continue;
		grown->ended = true;
		grown->series = series_of(t, e->kernel, e->comm, e->application, e->cgroup);
	}
}

static void rank(struct series_table *t)
{
	for (size_t i = 0; i < t->nr_grown; i++)
		t->series[t->grown[i].series].growth += t->grown[i].switches;
	for (size_t i = NR_RESERVED; i < t->n; i++) {
		struct series *s = &t->series[i];

		s->score = s->score * DECAY + (double)s->growth;
		s->growth = 0;
	}
}

/* Returns the least busy shown series, or the busiest that is not shown; NULL: there is none. */
static struct series *extreme(struct series_table *t, bool shown)
{
	struct series *found = NULL;

	for (size_t i = NR_RESERVED; i < t->n; i++) {
		struct series *s = &t->series[i];

		if (s->shown == shown &&
		    (!found || (shown ? s->score < found->score : s->score > found->score)))
			found = s;
	}
	return found;
}

static void choose_shown(struct series_table *t)
{
	size_t shown = t->shown - NR_RESERVED;
	struct series *in, *out;

	while ((in = extreme(t, false)) && in->score > 0) {
		if (shown < TOP_SERIES) {
			in->shown = true;
			shown++;
			continue;
		}
		out = extreme(t, true);
		if (in->score <= out->score * ADVANTAGE)
			break;
		out->shown = false;
		in->shown = true;
	}
	t->shown = 0;
	for (size_t i = 0; i < t->n; i++)
		if (t->series[i].shown)
			t->order[t->shown++] = i;
}

static void add_growth(struct series *s, const struct charges *now, const struct charges *before)
{
	charges_add(&s->total, now);
	charges_subtract(&s->total, before);
}

void series_update(struct series_table *t, const struct publication *p)
{
	t->updates++;
	t->patience = 2;
	t->searched = 0;
	find_grown(t, p->now.tasks);
	rank(t);
	choose_shown(t);
	add_growth(&t->series[OTHER], task_table_other(p->now.tasks),
		   task_table_other_published(p->now.tasks));
	for (size_t i = 0; i < t->nr_grown; i++) {
		const struct grown *g = &t->grown[i];
		struct series *s = &t->series[g->series];

		if (!s->shown)
			s = &t->series[OTHER];
		add_growth(s, g->total, g->published);
		/*
		 * The task table has already counted ended groups in its `other`, so subtract them
		 * there.
		 */
		if (g->ended)
			add_growth(&t->series[OTHER], g->published, g->total);
	}
}

const struct series *series_shown(const struct series_table *t, size_t i)
{
	return i < t->shown ? &t->series[t->order[i]] : NULL;
}
