/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The length of fixed arrays, and arrays that grow. */
#ifndef TVTRACED_COMMON_ARRAY_H
#define TVTRACED_COMMON_ARRAY_H

#include <stddef.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/*
 * Makes space for at least one more item. `items` is NULL or memory from malloc, with space for
 * `room` items, of which n are in use. When the array is full its space doubles, so appending takes
 * constant time on average. New space is not zeroed.
 */
#define ARRAY_RESERVE(items, n, room)                                                              \
	((items) = array_reserve((items), (n), &(room), sizeof(__typeof__(*(items)))))

/* Only ARRAY_RESERVE calls this function. */
void *array_reserve(void *items, size_t n, size_t *room, size_t size)
	__attribute__((warn_unused_result));

#endif
