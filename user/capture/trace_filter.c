// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "capture/trace_filter.h"

#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/index.h"

/*
 * A thread group's id, and what is known of the group that has it at the point that the writer has
 * reached.
 */
struct tgid {
	struct tgid *next;  /* in the list of all ids */
	u64 known_start_ns; /* start time of this id's group when the capture began; 0: none */
	bool known_wanted;
	bool wanted;
};

struct trace_filter {
	bool inherited;
	struct index *by_tgid;
	struct tgid *tgids;
};

static struct tgid *add(struct trace_filter *f, u32 tgid, bool wanted)
{
	struct tgid *t = xcalloc(1, sizeof(*t));

	t->wanted = wanted;
	t->next = f->tgids;
	f->tgids = t;
	index_add(f->by_tgid, tgid, t);
	return t;
}

static void add_known(struct trace_filter *f, const struct trace_setup *s)
{
	for (size_t i = 0; i < s->nr_groups; i++) {
		const struct trace_group *g = &s->groups[i];
		struct tgid *t;

		if (index_find(f->by_tgid, g->tgid))
			continue; /* the id is listed twice: one of the two groups has ended */
		t = add(f, g->tgid, !strcmp(g->application, s->application));
		t->known_start_ns = g->start_ns;
		t->known_wanted = t->wanted;
	}
}

struct trace_filter *trace_filter_new(const struct trace_setup *s)
{
	struct trace_filter *f;

	if (!s->tgid && !s->application)
		return NULL;
	f = xcalloc(1, sizeof(*f));
	f->by_tgid = index_new();
	f->inherited = s->application;
	if (s->tgid)
		add(f, s->tgid, true);
	else
		add_known(f, s);
	return f;
}

void trace_filter_free(struct trace_filter *f)
{
	if (!f)
		return;
	index_free(f->by_tgid);
	for (struct tgid *t = f->tgids, *next; t; t = next) {
		next = t->next;
		free(t);
	}
	free(f);
}

bool trace_filter_wants(const struct trace_filter *f, u32 tgid)
{
	const struct tgid *t = f ? index_find(f->by_tgid, tgid) : NULL;

	return !f || (t && t->wanted);
}

static bool is_new_group(const struct trace_filter *f, const struct task_record *r)
{
	return f && f->inherited && r->event == TASK_FORK && r->tid == r->tgid;
}

void trace_filter_learn(struct trace_filter *f, const struct task_record *r)
{
	if (is_new_group(f, r) && !index_find(f->by_tgid, r->tgid))
		add(f, r->tgid, trace_filter_wants(f, r->other));
}

void trace_filter_note(struct trace_filter *f, const struct task_record *r)
{
	struct tgid *t;

	if (!is_new_group(f, r))
		return;
	t = index_find(f->by_tgid, r->tgid);
	if (!t)
		t = add(f, r->tgid, false);
	/*
	 * A group that still existed when the capture began has a known application, which may
	 * differ from its parent's. Any other new group belongs to its parent's application.
	 */
	t->wanted = t->known_start_ns == r->start_ns ? t->known_wanted
						     : trace_filter_wants(f, r->other);
}
