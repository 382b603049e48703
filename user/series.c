// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "series.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "text.h"

/* Reserved names come first in the table and are always shown. */
enum { OTHER, KERNEL, IDLE, NR_RESERVED };

static const char *const reserved[NR_RESERVED] = {"other", "kernel", "idle"};

/* Half-life of a score, in updates, is about 20; a newcomer must be twice as busy to oust one. */
#define DECAY 0.966
#define ADVANTAGE 2.0

enum { NR_HEADS = 4096 }; /* a power of two */

struct series_table {
	const struct group_label *label;
	struct series series[NR_RESERVED + MAX_SERIES];
	size_t n;
	u32 heads[NR_HEADS]; /* by hash of the name: 1 + index of the first, 0: none */
	u64 updates;
	u32 *of_group; /* by slot of the group, in this update: 1 + index, 0: none of its own */
	size_t hand;   /* where the next search for one to forget begins */
	size_t searched, patience; /* how many it has passed in this round, and rounds left */
	size_t order[NR_RESERVED + TOP_SERIES]; /* indices of the shown ones, by name */
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
	free(t->of_group);
	free(t);
}

/* Escaped, and kept apart from the reserved names. name has room for one byte more than size. */
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
		if (s->switches[k])
			return true;
	return false;
}

/*
 * Of those that were never shown, one makes room that has grown neither in this update nor in the
 * one before, or when there is none, one that has not grown in this. One that was shown is never
 * forgotten: it would have to begin again at 0. The search goes on where it stopped, at most twice
 * around in one update: there may be many names, each of them new.
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

/* FNV-1a. Whoever makes names collide makes us slow as if there were no hash, and nothing else. */
static u32 *head_of(struct series_table *t, const char *name)
{
	u32 hash = 2166136261u;

	for (; *name; name++)
		hash = (hash ^ (unsigned char)*name) * 16777619u;
	return &t->heads[(hash ^ hash >> 16) % NR_HEADS];
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

/* NULL: there is no room for another name. */
static struct series *find_or_add(struct series_table *t, const char *name)
{
	u32 *head = head_of(t, name);

	for (u32 i = *head; i; i = t->series[i - 1].next)
		if (!strcmp(t->series[i - 1].name, name))
			return &t->series[i - 1];
	return add(t, name, head);
}

/* NULL: none of its own. */
static struct series *series_of(struct series_table *t, const struct group *g)
{
	char name[SERIES_NAME_LEN + 1];
	const char *bytes;

	if (!g->tgid)
		return &t->series[IDLE];
	if (g->kernel)
		return &t->series[KERNEL];
	bytes = t->label->of(g);
	if (!bytes)
		return NULL;
	make_name(name, SERIES_NAME_LEN, bytes);
	return find_or_add(t, name);
}

static u64 add_growth(struct series *s, const struct charges *now, const struct charges *before)
{
	u64 growth = 0;

	for (int k = 0; k < NR_KINDS; k++) {
		s->switches[k] += now->switches[k] - before->switches[k];
		s->cost_ns[k] += now->cost_ns[k] - before->cost_ns[k];
		growth += now->switches[k] - before->switches[k];
	}
	return growth;
}

static u64 growth_of(const struct group *g)
{
	u64 growth = 0;

	for (int k = 0; k < NR_KINDS; k++)
		growth += g->total.switches[k] - g->published.switches[k];
	return growth;
}

static void rank(struct series_table *t, const struct publication *p)
{
	for (size_t i = 0; i < task_table_group_slots(p->tasks); i++) {
		const struct group *g = task_table_group(p->tasks, i);
		u64 growth = g ? growth_of(g) : 0;
		struct series *s;

		if (!growth)
			continue;
		s = series_of(t, g);
		t->of_group[i] = s ? (u32)(s - t->series) + 1 : 0;
		if (!s)
			continue;
		s->growth += growth;
		s->updated = t->updates;
	}
	for (size_t i = NR_RESERVED; i < t->n; i++) {
		struct series *s = &t->series[i];

		s->score = s->score * DECAY + (double)s->growth;
		s->growth = 0;
	}
}

/* The busiest that is not shown, or the least busy that is. */
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

void series_update(struct series_table *t, const struct publication *p)
{
	t->updates++;
	t->patience = 2;
	t->searched = 0;
	t->of_group =
		xrealloc(t->of_group, task_table_group_slots(p->tasks) + 1, sizeof(*t->of_group));
	rank(t, p);
	choose_shown(t);
	for (size_t i = 0; i < task_table_group_slots(p->tasks); i++) {
		const struct group *g = task_table_group(p->tasks, i);
		u32 own;

		if (!g || !growth_of(g))
			continue;
		own = t->of_group[i];
		if (!own || !t->series[own - 1].shown)
			own = 1 + OTHER;
		add_growth(&t->series[own - 1], &g->total, &g->published);
	}
	add_growth(&t->series[OTHER], task_table_other(p->tasks),
		   task_table_other_published(p->tasks));
}

const struct series *series_shown(const struct series_table *t, size_t i)
{
	return i < t->shown ? &t->series[t->order[i]] : NULL;
}
