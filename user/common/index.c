// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "common/index.h"

#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>

#include "common/alloc.h"

enum { INITIAL_SLOTS = 1024 };

struct slot {
	u64 key;
	void *value; /* NULL: free */
};

struct index {
	u64 factor; /* odd, and random, so that nobody can choose keys that collide */
	struct slot *slots;
	size_t mask; /* number of slots, a power of two, minus 1 */
	size_t used;
};

/* Multiplicative hashing: the high bits of the product are well mixed (Knuth, TAOCP 6.4). */
static size_t home(const struct index *x, u64 key)
{
	return (size_t)((key ^ key >> 32) * x->factor >> 32) & x->mask;
}

struct index *index_new(void)
{
	struct index *x = xcalloc(1, sizeof(*x));

	memcpy(&x->factor, (const void *)getauxval(AT_RANDOM), sizeof(x->factor));
	x->factor |= 1;
	x->slots = xcalloc(INITIAL_SLOTS, sizeof(*x->slots));
	x->mask = INITIAL_SLOTS - 1;
	return x;
}

void index_free(struct index *x)
{
	if (!x)
		return;
	free(x->slots);
	free(x);
}

/* Returns the slot of the key, or the free slot where the key would go. */
static struct slot *slot_of(const struct index *x, u64 key)
{
	size_t i = home(x, key);

	while (x->slots[i].value && x->slots[i].key != key)
		i = (i + 1) & x->mask;
	return &x->slots[i];
}

void *index_find(const struct index *x, u64 key)
{
	return slot_of(x, key)->value;
}

static void grow(struct index *x)
{
	struct slot *old = x->slots;
	size_t n = x->mask + 1;

	x->slots = xcalloc(n * 2, sizeof(*x->slots));
	x->mask = n * 2 - 1;
	for (size_t i = 0; i < n; i++)
		if (old[i].value)
			*slot_of(x, old[i].key) = old[i];
	free(old);
}

void index_add(struct index *x, u64 key, void *value)
{
	if ((x->used + 1) * 2 > x->mask)
		grow(x);
	*slot_of(x, key) = (struct slot){key, value};
	x->used++;
}

void index_remove(struct index *x, u64 key)
{
	struct slot *hole = slot_of(x, key);
	size_t h = (size_t)(hole - x->slots), i = h;

	if (!hole->value)
		return;
	x->used--;
	/*
	 * A search stops at a free slot, so entries behind the hole that a search would not reach
	 * any more are moved back into it.
	 */
	for (;;) {
		size_t want;

		x->slots[h].value = NULL;
		do {
			i = (i + 1) & x->mask;
			if (!x->slots[i].value)
				return;
			want = home(x, x->slots[i].key);
		} while (((i - want) & x->mask) < ((i - h) & x->mask));
		x->slots[h] = x->slots[i];
		h = i;
	}
}
