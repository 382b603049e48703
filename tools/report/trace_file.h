/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The packets of a Perfetto trace, one after another; hostile ones take a bounded memory. */
#ifndef TVTRACE_REPORT_TRACE_FILE_H
#define TVTRACE_REPORT_TRACE_FILE_H

#include "record.h"
#include "trace.pb-c.h"

struct trace_file;

/* Opens it, "-": standard input. Returns an exit status; what failed was printed. */
int trace_file_open(struct trace_file **f, const char *path);

/* The descriptor becomes the file's own. */
struct trace_file *trace_file_new(int fd);

void trace_file_close(struct trace_file *f); /* NULL is ignored */

/*
 * The next packet, those that were compressed together included; valid until the next call. NULL:
 * there is none, or nothing after this place can be read.
 */
const TracePacket *trace_file_next(struct trace_file *f);

/* What was not read so far. */
struct trace_damage {
	u64 packets; /* that were there, and broken */
	u64 bytes;   /* from some place up to the end */
	int err;     /* -errno: why the file cannot be read any further; 0: it could */
};

struct trace_damage trace_file_damage(const struct trace_file *f);

/* After the end: why this is no trace at all ("is empty"); NULL: it had packets. */
const char *trace_file_foreign(const struct trace_file *f);

#endif
