/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Bytes one after another: of a file, compressed by gzip or not, or of a zlib stream in memory. */
#ifndef TVTRACE_REPORT_TRACE_SOURCE_H
#define TVTRACE_REPORT_TRACE_SOURCE_H

#include <stddef.h>

#include "record.h"

struct trace_source;

/* The descriptor becomes the source's own. */
struct trace_source *trace_source_file(int fd);

/* data stays the caller's; more than `most` bytes are damage. */
struct trace_source *trace_source_inflate(const u8 *data, size_t len, u64 most);

void trace_source_free(struct trace_source *s); /* NULL is ignored */

/* So many bytes, or fewer: then that was all, or trace_source_error tells why. */
size_t trace_source_read(struct trace_source *s, u8 *to, size_t n);

/* Gives at most n of the next bytes that have come so far, and leaves them to be read. */
size_t trace_source_peek(struct trace_source *s, u8 *to, size_t n);

/* 0, or -errno; -EBADMSG: the compressed stream is damaged or cut off. */
int trace_source_error(const struct trace_source *s);

/* How many bytes have been read. */
u64 trace_source_offset(const struct trace_source *s);

#endif
