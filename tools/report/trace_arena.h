/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A memory arena for one unpacked packet. All its memory is freed at once, which makes the ten or
 * so allocations of a packet cheap. An allocation above the arena's limit fails, so that a hostile
 * packet cannot take more.
 */
#ifndef TVTRACE_REPORT_TRACE_ARENA_H
#define TVTRACE_REPORT_TRACE_ARENA_H

#include <protobuf-c/protobuf-c.h>

struct trace_arena;

struct trace_arena *trace_arena_new(size_t most);
void trace_arena_free(struct trace_arena *a);

/*
 * An allocator for protobuf-c, owned by the arena. Its free() does nothing: memory is only released
 * by trace_arena_reset().
 */
ProtobufCAllocator *trace_arena_allocator(struct trace_arena *a);

void trace_arena_reset(struct trace_arena *a);

#endif
