// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "tables/ended.h"

#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/text.h"
#include "tables/group.h"

enum { NR_HEADS = 2048 }; /* a power of two */

struct ended_table {
	struct ended entries[MAX_ENDED];
	size_t n;
	u64 last_id;
	struct ended *heads[NR_HEADS];
	struct ended *newest, *oldest;
};

struct ended_table *ended_table_new(void)
{
	return xcalloc(1, sizeof(struct ended_table));
}

void ended_table_free(struct ended_table *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < t->n; i++) {
		free(t->entries[i].cgroup);
		free(t->entries[i].application);
	}
	free(t);
}

static struct ended **head_of(struct ended_table *t, const char *comm, const char *cgroup)
{
	u64 hash = text_hash(text_hash(TEXT_HASH, comm), cgroup ? cgroup : "");

	return &t->heads[hash % NR_HEADS];
}

static bool is_of(const struct ended *e, const struct group *g)
{
	if (e->kernel != g->kernel || strncmp(e->comm, g->comm, COMM_LEN) != 0)
		return false;
	if (!e->cgroup || !g->cgroup)
		return e->cgroup == g->cgroup;
	return !strcmp(e->cgroup, g->cgroup);
}

static void take_out(struct ended_table *t, struct ended *e)
{
	*(e->newer ? &e->newer->older : &t->newest) = e->older;
	*(e->older ? &e->older->newer : &t->oldest) = e->newer;
}

static void put_first(struct ended_table *t, struct ended *e)
{
	e->newer = NULL;
	e->older = t->newest;
	*(t->newest ? &t->newest->newer : &t->oldest) = e;
	t->newest = e;
}

static void forget(struct ended_table *t, struct ended *e)
{
	struct ended **link = head_of(t, e->comm, e->cgroup);

	while (*link && *link != e)
		link = &(*link)->next;
	*link = e->next;
	take_out(t, e);
	free(e->cgroup);
	free(e->application);
}

/*
 * Returns a place for a new entry, if necessary that of the oldest entry that no group holds; NULL:
 * all entries are held.
 */
static struct ended *make_room(struct ended_table *t)
{
	struct ended *e = t->oldest;

	if (t->n < MAX_ENDED)
		return &t->entries[t->n++];
	while (e && e->holders)
		e = e->newer;
	if (e)
		forget(t, e);
	return e;
}

struct ended *ended_get(struct ended_table *t, const struct group *g)
{
	struct ended **head = head_of(t, g->comm, g->cgroup), *e = *head;

	while (e && !is_of(e, g))
		e = e->next;
	if (e) {
		take_out(t, e);
		put_first(t, e);
		return e;
	}
	e = make_room(t);
	if (!e)
		return NULL;
	*e = (struct ended){.id = ++t->last_id,
			    .kernel = g->kernel,
			    .cgroup = g->cgroup ? xstrdup(g->cgroup) : NULL,
			    .application = xstrdup(g->application),
			    .application_kind = g->application_kind,
			    .next = *head};
	memcpy(e->comm, g->comm, COMM_LEN);
	*head = e;
	put_first(t, e);
	return e;
}

struct ended *ended_at(const struct ended_table *t, size_t i)
{
	return i < t->n ? (struct ended *)&t->entries[i] : NULL;
}
