/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * An array of pointers that keep their slots. Removing a pointer leaves a hole for a later one, so
 * a walk over the slots may pause while pointers come and go, and still meets each pointer that
 * stays exactly once.
 */
#ifndef TVTRACED_TABLES_SLOTS_H
#define TVTRACED_TABLES_SLOTS_H

#include <stddef.h>

/* An all-zero struct is empty and valid. */
struct slots {
	void **items; /* NULL: a hole */
	size_t n;     /* slots, holes included */
	size_t used;
	size_t room;
	size_t *holes;
};

/*
 * Returns the slot that item got. Exits on memory exhaustion. The caller keeps owning what item
 * points to.
 */
size_t slots_add(struct slots *s, void *item);

/*
 * Returns the item in slot i < n, or NULL for a hole, and prefetches the first bytes of an item
 * ahead: thousands of items that were allocated at different times are scattered over memory, and a
 * walk in order would wait for each of them.
 */
static inline void *slots_at(const struct slots *s, size_t i)
{
	enum { AHEAD = 8, LINE = 64, LINES = 4 };

	if (i + AHEAD < s->n && s->items[i + AHEAD])
		for (size_t line = 0; line < LINES; line++)
			__builtin_prefetch((char *)s->items[i + AHEAD] + line * LINE);
	return s->items[i];
}

/* The slot must be in use. */
void slots_remove(struct slots *s, size_t slot);

/* Frees the memory of the slots themselves, not what their pointers point to. */
void slots_release(struct slots *s);

#endif
