/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The positions in an array that is used as a ring: first in, first out. The caller owns the array.
 */
#ifndef TVTRACED_COMMON_QUEUE_H
#define TVTRACED_COMMON_QUEUE_H

#include <stdbool.h>
#include <stddef.h>

struct queue {
	size_t first, n;
	size_t room; /* length of the array; not 0 */
};

/* Returns the position of the i-th oldest item, 0 .. n - 1; for i = n, the next free position. */
static inline size_t queue_at(const struct queue *q, size_t i)
{
	return (q->first + i) % q->room;
}

static inline bool queue_full(const struct queue *q)
{
	return q->n == q->room;
}

/* Adds an item and returns its position. The queue must not be full. */
static inline size_t queue_push(struct queue *q)
{
	return queue_at(q, q->n++);
}

/* Removes the oldest item and returns its position. The queue must not be empty. */
static inline size_t queue_pop(struct queue *q)
{
	size_t place = q->first;

	q->first = queue_at(q, 1);
	q->n--;
	return place;
}

#endif
