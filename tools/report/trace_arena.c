// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "report/trace_arena.h"

#include <stdint.h>
#include <stdlib.h>

#include "common/alloc.h"

enum { BLOCK = 256 << 10, ALIGNMENT = 16 };

struct block {
	struct block *next;
	size_t size, used;
	max_align_t data[];
};

struct trace_arena {
	ProtobufCAllocator allocator;
	struct block *blocks; /* the first one is being filled; the last one survives a reset */
	size_t most, size;
};

static void add_block(struct trace_arena *a, size_t size)
{
	struct block *b = xrealloc(NULL, 1, sizeof(*b) + size);

	*b = (struct block){.next = a->blocks, .size = size};
	a->blocks = b;
	a->size += size;
}

static void *allocate(void *data, size_t n)
{
	struct trace_arena *a = data;
	void *p;

	if (n > a->most)
		return NULL;
	n = (n + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
	if (n > a->blocks->size - a->blocks->used) {
		size_t size = n > BLOCK ? n : BLOCK;

		if (size > a->most - a->size)
			return NULL;
		add_block(a, size);
	}
	p = (char *)a->blocks->data + a->blocks->used;
	a->blocks->used += n;
	return p;
}

static void keep(void *data, void *p)
{
	(void)data, (void)p;
}

struct trace_arena *trace_arena_new(size_t most)
{
	struct trace_arena *a = xcalloc(1, sizeof(*a));

	a->allocator = (ProtobufCAllocator){allocate, keep, a};
	a->most = most;
	add_block(a, BLOCK);
	return a;
}

void trace_arena_reset(struct trace_arena *a)
{
	while (a->blocks->next) {
		struct block *b = a->blocks;

		a->blocks = b->next;
		a->size -= b->size;
		free(b);
	}
	a->blocks->used = 0;
}

void trace_arena_free(struct trace_arena *a)
{
	if (!a)
		return;
	trace_arena_reset(a);
	free(a->blocks);
	free(a);
}

ProtobufCAllocator *trace_arena_allocator(struct trace_arena *a)
{
	return &a->allocator;
}
