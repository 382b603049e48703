/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Frames the packets of a trace, may compress them, and writes them to a file descriptor. */
#ifndef TVTRACED_CAPTURE_TRACE_OUT_H
#define TVTRACED_CAPTURE_TRACE_OUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trace.pb-c.h"

struct trace_out;

/*
 * When *stop becomes true, a write that makes no progress gives up. The file descriptor stays open
 * and remains the caller's.
 */
struct trace_out *trace_out_new(int fd, bool compress, const bool *stop);
void trace_out_free(struct trace_out *o);

/* Both functions return 0 or -errno; after an error nothing more is written. */
int trace_out_packet(struct trace_out *o, const TracePacket *p);
int trace_out_flush(struct trace_out *o);

/* The number of bytes written. May be called from any thread. */
uint64_t trace_out_bytes(const struct trace_out *o);

#endif
