// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "capture/trace_names.h"

#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/array.h"
#include "common/index.h"
#include "common/text.h"

enum {
	/* The last so many ended tasks are kept, because records of them may still come. */
	ENDED_TASKS = 65536,
	/*
	 * Any user can invent names without end, so their number is limited; further ones become
	 * "<...>".
	 */
	MAX_NAMES = 262144,
};

struct trace_names {
	struct index *by_id;   /* (tid, birth) -> task */
	struct index *by_text; /* hash -> name */
	struct traced_task **tasks;
	struct trace_name **names;
	size_t nr_tasks, room_tasks, nr_names, room_names;
	struct trace_name *idle, *unknown;
	u64 *ended; /* circular buffer of ids; NULL: no task has ended yet */
	size_t nr_ended;
};

static struct trace_name *intern(struct trace_names *n, const char *comm)
{
	char text[NAME_LEN];
	struct trace_name *name;
	u64 hash;

	name_escape(text, sizeof(text), comm, COMM_LEN);
	hash = text_hash(TEXT_HASH, text);
	while ((name = index_find(n->by_text, hash)))
		if (!strcmp(name->text, text))
			return name;
		else
			hash++;
	if (n->nr_names >= MAX_NAMES)
		return n->unknown;
	name = xcalloc(1, sizeof(*name));
	memcpy(name->text, text, sizeof(text));
	index_add(n->by_text, hash, name);
	ARRAY_RESERVE(n->names, n->nr_names, n->room_names);
	n->names[n->nr_names++] = name;
	return name;
}

struct trace_names *trace_names_new(void)
{
	struct trace_names *n = xcalloc(1, sizeof(*n));

	n->by_id = index_new();
	n->by_text = index_new();
	n->idle = intern(n, "swapper");
	n->unknown = intern(n, "<...>");
	return n;
}

void trace_names_free(struct trace_names *n)
{
	if (!n)
		return;
	for (size_t i = 0; i < n->nr_tasks; i++)
		free(n->tasks[i]);
	for (size_t i = 0; i < n->nr_names; i++)
		free(n->names[i]);
	index_free(n->by_id);
	index_free(n->by_text);
	free(n->tasks);
	free(n->names);
	free(n->ended);
	free(n);
}

static u64 id_of(u32 tid, u32 birth)
{
	return (u64)tid << 32 | birth;
}

struct traced_task *trace_names_find(const struct trace_names *n, u32 tid, u32 birth)
{
	return index_find(n->by_id, id_of(tid, birth));
}

struct traced_task *trace_names_task(struct trace_names *n, u32 tid, u32 birth, u32 tgid,
				     const char *comm)
{
	struct traced_task *t = trace_names_find(n, tid, birth);

	if (t)
		return t;
	t = xcalloc(1, sizeof(*t));
	t->tid = tid;
	t->birth = birth;
	t->tgid = tgid;
	t->creation = NR_CREATIONS;
	t->nr_names = 1;
	t->names[0].name = *comm ? intern(n, comm) : n->unknown;
	index_add(n->by_id, id_of(tid, birth), t);
	ARRAY_RESERVE(n->tasks, n->nr_tasks, n->room_tasks);
	t->place = n->nr_tasks;
	n->tasks[n->nr_tasks++] = t;
	return t;
}

static void forget(struct trace_names *n, u64 id)
{
	struct traced_task *t = index_find(n->by_id, id);

	/* The id may be alive again: an exec may have given the leader's id to another thread. */
	if (!t || !t->ended)
		return;
	index_remove(n->by_id, id);
	n->tasks[t->place] = n->tasks[--n->nr_tasks];
	n->tasks[t->place]->place = t->place;
	free(t);
}

/* A capture may take a day, so ended tasks are forgotten once ENDED_TASKS others have ended. */
static void note_end(struct trace_names *n, struct traced_task *t)
{
	u64 *place;

	if (!n->ended)
		n->ended = xcalloc(ENDED_TASKS, sizeof(*n->ended));
	place = &n->ended[n->nr_ended % ENDED_TASKS];
	if (n->nr_ended++ >= ENDED_TASKS)
		forget(n, *place);
	*place = id_of(t->tid, t->birth);
}

static struct traced_task *task_of(struct trace_names *n, const struct task_frame *f)
{
	const struct task_record *r = &f->record;
	const char *comm = f->comm_before[0] ? f->comm_before : r->comm;

	return trace_names_task(n, r->tid, BIRTH_OF(r->start_ns), r->tgid, comm);
}

void trace_names_rewind(struct trace_names *n, const struct task_frame *f)
{
	struct traced_task *t = task_of(n, f);

	t->created = t->created || f->record.event == TASK_NEW;
	if (t->rewound)
		return;
	t->rewound = true;
	t->names[0].name = intern(n, f->comm_before[0] ? f->comm_before : f->record.comm);
}

struct traced_task *trace_names_apply(struct trace_names *n, const struct task_frame *f)
{
	struct traced_task *t = task_of(n, f);
	struct trace_name *name = intern(n, f->record.comm);

	t->rewound = true;
	if (f->record.event == TASK_NEW)
		t->creation = f->record.creation;
	if (f->record.event == TASK_EXIT && !t->ended)
		note_end(n, t);
	t->ended = f->record.event == TASK_EXIT;
	if (name == t->names[t->nr_names - 1].name)
		return t;
	if (t->nr_names == TRACE_NAMES)
		memmove(t->names, t->names + 1, --t->nr_names * sizeof(t->names[0]));
	t->names[t->nr_names++] = (struct name_since){f->record.ts_ns, name};
	return t;
}

struct trace_name *trace_names_at(struct trace_names *n, const struct traced_task *t, u32 tid,
				  u64 ts_ns)
{
	if (!tid)
		return n->idle;
	if (!t)
		return n->unknown;
	for (u32 i = t->nr_names; i-- > 1;)
		if (ts_ns >= t->names[i].ns)
			return t->names[i].name;
	return t->names[0].name;
}
