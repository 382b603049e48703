/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Pointers that keep their places: one that is taken out leaves a hole for a later one, so a walk
 * over the slots may pause while others come and go, and still meets each that stays exactly once.
 */
#ifndef TVTRACED_SLOTS_H
#define TVTRACED_SLOTS_H

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

/* The slot must be in use. */
void slots_remove(struct slots *s, size_t slot);

/* Frees what the slots hold themselves, not what their pointers point to. */
void slots_release(struct slots *s);

#endif
