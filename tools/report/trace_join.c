// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "report/trace_join.h"

#include <stdlib.h>

#include "common/alloc.h"

/*
 * How many halves may wait for their other half. tvtraced writes one at most 1024 switches after
 * the other; in traces of other programs the other half never comes.
 */
enum { FEW = 64, MAX_WAITING = 2048 };

struct queue {
	struct joined *items; /* a ring; room is a power of two */
	u32 first, n, room;
};

struct trace_join {
	void (*take)(void *ctx, const struct joined *j);
	void *ctx;
	struct queue who, what;
};

struct trace_join *trace_join_new(void (*take)(void *ctx, const struct joined *j), void *ctx)
{
	struct trace_join *j = xcalloc(1, sizeof(*j));

	j->take = take;
	j->ctx = ctx;
	return j;
}

void trace_join_free(struct trace_join *j)
{
	if (!j)
		return;
	free(j->who.items);
	free(j->what.items);
	free(j);
}

static const struct joined *front(const struct queue *q)
{
	return &q->items[q->first];
}

static void pop(struct queue *q)
{
	q->first = (q->first + 1) & (q->room - 1);
	q->n--;
}

static void grow(struct queue *q)
{
	u32 room = q->room ? q->room * 2 : FEW;
	struct joined *items = xcalloc(room, sizeof(*items));

	for (u32 i = 0; i < q->n; i++)
		items[i] = q->items[(q->first + i) & (q->room - 1)];
	free(q->items);
	*q = (struct queue){.items = items, .n = q->n, .room = room};
}

/* If the queue is full, passes on its oldest item without the other half. */
static void push(struct trace_join *j, struct queue *q, const struct joined *item)
{
	if (q->n == MAX_WAITING) {
		j->take(j->ctx, front(q));
		pop(q);
	} else if (q->n == q->room) {
		grow(q);
	}
	q->items[(q->first + q->n++) & (q->room - 1)] = *item;
}

static void match(struct trace_join *j)
{
	while (j->who.n && j->what.n) {
		const struct joined *who = front(&j->who), *what = front(&j->what);

		if (who->ts_ns == what->ts_ns) {
			struct joined both = *what;

			both.prev = who->prev;
			both.next = who->next;
			j->take(j->ctx, &both);
			pop(&j->who);
			pop(&j->what);
		} else if (who->ts_ns < what->ts_ns) {
			j->take(j->ctx, who);
			pop(&j->who);
		} else {
			j->take(j->ctx, what);
			pop(&j->what);
		}
	}
}

void trace_join_who(struct trace_join *j, const struct joined *who)
{
	push(j, &j->who, who);
	match(j);
}

void trace_join_what(struct trace_join *j, const struct joined *what)
{
	push(j, &j->what, what);
	match(j);
}

void trace_join_end(struct trace_join *j)
{
	for (; j->who.n; pop(&j->who))
		j->take(j->ctx, front(&j->who));
	for (; j->what.n; pop(&j->what))
		j->take(j->ctx, front(&j->what));
}
