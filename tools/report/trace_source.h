/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A byte stream: from a file, gzip-compressed or not, or from a zlib stream in memory. */
#ifndef TVTRACE_REPORT_TRACE_SOURCE_H
#define TVTRACE_REPORT_TRACE_SOURCE_H

#include <stddef.h>

#include "record.h"

struct trace_source;

/* Takes ownership of the file descriptor. */
struct trace_source *trace_source_file(int fd);

/*
 * The data remain the caller's and must outlive the source. A stream that inflates to more than
 * `most` bytes is treated as damaged.
 */
struct trace_source *trace_source_inflate(const u8 *data, size_t len, u64 most);

void trace_source_free(struct trace_source *s); /* NULL is ignored */

/*
 * Reads n bytes. Fewer are returned at the end of the stream, or after an error, which
 * trace_source_error() returns.
 */
size_t trace_source_read(struct trace_source *s, u8 *to, size_t n);

/*
 * Copies up to n of the next bytes without consuming them; there may be fewer before the end of the
 * stream, too.
 */
size_t trace_source_peek(struct trace_source *s, u8 *to, size_t n);

/* 0, or -errno; -EBADMSG: the compressed stream is damaged or cut off. */
int trace_source_error(const struct trace_source *s);

/* How many bytes have been read. */
u64 trace_source_offset(const struct trace_source *s);

/*
 * How many bytes of a file these were, which may be compressed; about. UINT64_MAX: not known, as it
 * is a pipe with compressed data.
 */
u64 trace_source_consumed(const struct trace_source *s);

#endif
