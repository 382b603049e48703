/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Reads the packets of a Perfetto trace one after another. Memory use stays bounded even if the
 * trace is hostile.
 */
#ifndef TVTRACE_REPORT_TRACE_FILE_H
#define TVTRACE_REPORT_TRACE_FILE_H

#include "record.h"
#include "trace.pb-c.h"

struct trace_file;

/*
 * Opens a trace; a path of "-" is standard input. Returns an exit status, after a message if it is
 * not CLIENT_OK.
 */
int trace_file_open(struct trace_file **f, const char *path);

/* Takes ownership of the file descriptor. */
struct trace_file *trace_file_new(int fd);

/*
 * A capture expands to some times its size when it is inflated, and a hostile file to a million
 * times. What expands further than TRACE_MOST_EXPANSION times, beyond the first 8 MiB, is not read:
 * the damage's err is -E2BIG. This lifts that limit.
 */
enum { TRACE_MOST_EXPANSION = 100 };

void trace_file_expand(struct trace_file *f);

void trace_file_close(struct trace_file *f); /* NULL is ignored */

/*
 * Returns the next packet, also from within a packet that holds compressed packets; it is valid
 * until the next call. Returns NULL at the end of the trace, and where damage makes the rest
 * unreadable.
 */
const TracePacket *trace_file_next(struct trace_file *f);

/* What could not be read so far. */
struct trace_damage {
	u64 packets; /* packets that were found but are invalid */
	u64 bytes;   /* bytes from the place of the damage to the end of the file */
	int err;     /* -errno: why the file cannot be read any further; 0: it could */
};

struct trace_damage trace_file_damage(const struct trace_file *f);

/*
 * To be called after the last packet. Returns why the file is not a trace at all ("is empty"), or
 * NULL if it had packets.
 */
const char *trace_file_foreign(const struct trace_file *f);

#endif
