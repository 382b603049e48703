// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "series.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"

/* Reserved names come first in the table and are always shown. */
enum { OTHER, KERNEL, IDLE, NR_RESERVED };

static const char *const reserved[NR_RESERVED] = {"other", "kernel", "idle"};

/* Half-life of a score, in updates, is about 20; a newcomer must be twice as busy to oust one. */
#define DECAY 0.966
#define ADVANTAGE 2.0

struct series_table {
	struct series series[NR_RESERVED + MAX_SERIES];
	size_t n;
	u64 updates;
	size_t order[NR_RESERVED + TOP_SERIES]; /* indices of the shown ones, by name */
	size_t shown;
};

struct series_table *series_new(void)
{
	struct series_table *t = xcalloc(1, sizeof(*t));

	for (t->n = 0; t->n < NR_RESERVED; t->n++) {
		snprintf(t->series[t->n].name, sizeof(t->series[0].name), "%s", reserved[t->n]);
		t->series[t->n].shown = true;
		t->order[t->n] = t->n;
	}
	t->shown = t->n;
	return t;
}

void series_free(struct series_table *t)
{
	free(t);
}

/* What a program may be called: its escaped name, kept apart from the reserved ones. */
static void name_of(const struct group *g, char *name, size_t size)
{
	name_escape(name, size, g->comm, COMM_LEN);
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
 * Of those that were never shown, the one that has not grown for longest makes room. One that was
 * shown is never forgotten: it would have to begin again at 0.
 */
static struct series *forgettable(struct series_table *t)
{
	struct series *found = NULL;

	for (size_t i = NR_RESERVED; i < t->n; i++) {
		struct series *s = &t->series[i];

		if (!s->shown && !has_history(s) && (!found || s->updated < found->updated))
			found = s;
	}
	return found;
}

/* NULL: there is no room for another name. */
static struct series *find_or_add(struct series_table *t, const char *name)
{
	struct series *s;

	for (size_t i = NR_RESERVED; i < t->n; i++)
		if (!strcmp(t->series[i].name, name))
			return &t->series[i];
	s = t->n < NR_RESERVED + MAX_SERIES ? &t->series[t->n++] : forgettable(t);
	if (!s)
		return NULL;
	memset(s, 0, sizeof(*s));
	snprintf(s->name, sizeof(s->name), "%s", name);
	s->user = true;
	return s;
}

static struct series *series_of(struct series_table *t, const struct group *g)
{
	char name[NAME_LEN + 1];

	if (!g->tgid)
		return &t->series[IDLE];
	if (g->kernel)
		return &t->series[KERNEL];
	name_of(g, name, NAME_LEN);
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
	for (size_t i = 0; i < task_table_nr_groups(p->tasks); i++) {
		const struct group *g = task_table_group(p->tasks, i);
		u64 growth = growth_of(g);
		struct series *s;

		if (!growth)
			continue;
		s = series_of(t, g);
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
	rank(t, p);
	choose_shown(t);
	for (size_t i = 0; i < task_table_nr_groups(p->tasks); i++) {
		const struct group *g = task_table_group(p->tasks, i);
		struct series *s;

		if (!growth_of(g))
			continue;
		s = series_of(t, g);
		add_growth(s && s->shown ? s : &t->series[OTHER], &g->total, &g->published);
	}
	add_growth(&t->series[OTHER], task_table_other(p->tasks),
		   task_table_other_published(p->tasks));
}

const struct series *series_shown(const struct series_table *t, size_t i)
{
	return i < t->shown ? &t->series[t->order[i]] : NULL;
}
