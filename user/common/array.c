// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "common/array.h"

#include "common/alloc.h"

enum { FIRST_ROOM = 16 };

void *array_reserve(void *items, size_t n, size_t *room, size_t size)
{
	if (n < *room)
		return items;
	*room = *room ? *room * 2 : FIRST_ROOM;
	return xrealloc(items, *room, size);
}
