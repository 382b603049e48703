/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Turns frames of the flight recorder into packets of a Perfetto trace (doc/capture.md), and
 * writes them to a file descriptor. On one thread, which may be any.
 */
#ifndef TVTRACED_CAPTURE_TRACE_WRITER_H
#define TVTRACED_CAPTURE_TRACE_WRITER_H

#include "capture/trace_setup.h"
#include "collect/recorder.h"

/* So far; read from any thread while the writer's goes on. */
struct trace_progress {
	u64 switches, lost, bytes;
	u64 last_ns; /* of the last switch written */
};

struct trace_writer;

/*
 * The file descriptor and the setup stay the caller's. *stop, when it becomes true, ends a write
 * that does not proceed.
 */
struct trace_writer *trace_writer_new(int fd, const struct trace_setup *s, const bool *stop);
void trace_writer_free(struct trace_writer *w);

/* What tasks were called before: to be told of each chunk that is older than the setup, first. */
void trace_writer_learn(struct trace_writer *w, const struct chunk *c);

/* These return 0 or -errno of the write; after an error nothing more is written. */
int trace_writer_begin(struct trace_writer *w);
int trace_writer_chunk(struct trace_writer *w, const struct chunk *c);
/* Brings what it has to the file, so that this much is there however it ends. */
int trace_writer_flush(struct trace_writer *w);
int trace_writer_end(struct trace_writer *w, const char *reason);

struct trace_progress trace_writer_progress(const struct trace_writer *w);

/* As ftrace prints it, from prev_state of a record (record.h). Exposed for tests. */
u32 trace_prev_state(u16 state);

#endif
