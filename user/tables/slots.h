/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Pointers that keep their places: one that is taken out leaves a hole for a later one, so a walk
 * over the slots may pause while others come and go, and still meets each that stays exactly once.
 */
#ifndef TVTRACED_TABLES_SLOTS_H
#define TVTRACED_TABLES_SLOTS_H

#include <stddef.h>

/* All-zero is empty and valid. */
struct slots {
	void **items; /* NULL: a hole */
	size_t n;     /* slots, holes included */
	size_t used;
	size_t room;
	size_t *holes;
};

/* The slot that it got. Exits on memory exhaustion. The pointer stays the caller's. */
size_t slots_add(struct slots *s, void *item);

/*
 * What is in slot i < n. A walk in order finds each item's first bytes in the cache: thousands that
 * were made at different times lie anywhere, and each would be waited for.
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

/* Frees what the slots hold themselves, not what their pointers point to. */
void slots_release(struct slots *s);

#endif
