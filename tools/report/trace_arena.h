/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Memory of one unpacked packet, given back all at once: some ten allocations per packet cost
 * nothing, and a packet that wants more than there may be fails instead of taking it.
 */
#ifndef TVTRACE_REPORT_TRACE_ARENA_H
#define TVTRACE_REPORT_TRACE_ARENA_H

#include <protobuf-c/protobuf-c.h>

struct trace_arena;

struct trace_arena *trace_arena_new(size_t most);
void trace_arena_free(struct trace_arena *a);

/* For protobuf-c; what it frees stays until trace_arena_reset. The arena's. */
ProtobufCAllocator *trace_arena_allocator(struct trace_arena *a);

void trace_arena_reset(struct trace_arena *a);

#endif
