// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "tables/slots.h"

#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"

size_t slots_add(struct slots *s, void *item)
{
	size_t slot;

	if (s->used < s->n) {
		slot = s->holes[s->n - s->used - 1];
	} else {
		if (s->n == s->room) {
			s->room = s->room ? s->room * 2 : 64;
			s->items = xrealloc(s->items, s->room, sizeof(*s->items));
			s->holes = xrealloc(s->holes, s->room, sizeof(*s->holes));
		}
		slot = s->n++;
	}
	s->items[slot] = item;
	s->used++;
	return slot;
}

void slots_remove(struct slots *s, size_t slot)
{
	s->items[slot] = NULL;
	s->holes[s->n - s->used] = slot;
	s->used--;
}

void slots_release(struct slots *s)
{
	free(s->items);
	free(s->holes);
	memset(s, 0, sizeof(*s));
}
