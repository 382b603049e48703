/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Arrays: how long a fixed one is, and those that grow. */
#ifndef TVTRACED_COMMON_ARRAY_H
#define TVTRACED_COMMON_ARRAY_H

#include <stddef.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/*
 * Makes `items`, a pointer to memory of malloc or NULL that has space for `room` items and holds n
 * of them, have space for one more: twice as many as before, so that adding takes constant time on
 * average. What is new is not zeroed.
 */
#define ARRAY_RESERVE(items, n, room)                                                              \
	((items) = array_reserve((items), (n), &(room), sizeof(__typeof__(*(items)))))

/* For the macro. */
void *array_reserve(void *items, size_t n, size_t *room, size_t size)
	__attribute__((warn_unused_result));

#endif
