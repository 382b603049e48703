/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Converts frames of the flight recorder to packets of a Perfetto trace (doc/capture.md), and
 * writes the packets to a file descriptor. A writer is used by one thread, which may be any.
 */
#ifndef TVTRACED_CAPTURE_TRACE_WRITER_H
#define TVTRACED_CAPTURE_TRACE_WRITER_H

#include "capture/trace_setup.h"
#include "collect/recorder.h"

/* What has been written so far. Any thread may read the progress while the writer runs. */
struct trace_progress {
	u64 switches, lost, bytes;
	u64 last_ns; /* time of the last switch written, CLOCK_MONOTONIC */
};

struct trace_writer;

/*
 * The file descriptor and the setup stay the caller's. When *stop becomes true, a write that makes
 * no progress gives up.
 */
struct trace_writer *trace_writer_new(int fd, const struct trace_setup *s, const bool *stop);
void trace_writer_free(struct trace_writer *w);

/*
 * Learns the earlier names of tasks. Call this before trace_writer_begin() for each chunk that is
 * older than the setup.
 */
void trace_writer_learn(struct trace_writer *w, const struct chunk *c);

/*
 * The following four functions return 0 or -errno of the write; after an error nothing more is
 * written.
 */
int trace_writer_begin(struct trace_writer *w);
int trace_writer_chunk(struct trace_writer *w, const struct chunk *c);
/*
 * Writes everything pending to the file, so that the file contains this much even if the daemon is
 * killed.
 */
int trace_writer_flush(struct trace_writer *w);
int trace_writer_end(struct trace_writer *w, const char *reason);

struct trace_progress trace_writer_progress(const struct trace_writer *w);

#endif
