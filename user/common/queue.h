/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The places of an array that is used as a circle: first in, first out. The array is the caller's.
 */
#ifndef TVTRACED_COMMON_QUEUE_H
#define TVTRACED_COMMON_QUEUE_H

#include <stdbool.h>
#include <stddef.h>

struct queue {
	size_t first, n;
	size_t room; /* of the array; not 0 */
};

/* The place of the i-th oldest item, 0 .. n - 1; of n: the next one that is free. */
static inline size_t queue_at(const struct queue *q, size_t i)
{
	return (q->first + i) % q->room;
}

static inline bool queue_full(const struct queue *q)
{
	return q->n == q->room;
}

/* The place for a new item; it must not be full. */
static inline size_t queue_push(struct queue *q)
{
	return queue_at(q, q->n++);
}

/* The place of the oldest item, which is out of it then; there must be one. */
static inline size_t queue_pop(struct queue *q)
{
	size_t place = q->first;

	q->first = queue_at(q, 1);
	q->n--;
	return place;
}

#endif
