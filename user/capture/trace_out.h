/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Packets of a trace, framed, perhaps compressed, and written to a file descriptor. */
#ifndef TVTRACED_CAPTURE_TRACE_OUT_H
#define TVTRACED_CAPTURE_TRACE_OUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trace.pb-c.h"

struct trace_out;

/* *stop, when it becomes true, ends a write that does not proceed. The descriptor stays open. */
struct trace_out *trace_out_new(int fd, bool compress, const bool *stop);
void trace_out_free(struct trace_out *o);

/* Both return 0 or -errno; after an error nothing more is written. */
int trace_out_packet(struct trace_out *o, const TracePacket *p);
int trace_out_flush(struct trace_out *o);

/* Bytes that were written. From any thread. */
uint64_t trace_out_bytes(const struct trace_out *o);

#endif
