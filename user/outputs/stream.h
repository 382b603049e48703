/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Ordered text output to a file descriptor. A thread writes it, so that a slow reader never blocks
 * the caller.
 */
#ifndef TVTRACED_OUTPUTS_STREAM_H
#define TVTRACED_OUTPUTS_STREAM_H

#include <stdbool.h>
#include <stddef.h>

struct stream;

/*
 * Starts the thread; fd stays the caller's. At most most_bytes are queued, except that an empty
 * queue takes a piece of any size. Returns 0 or -errno.
 */
int stream_open(struct stream **out, int fd, size_t most_bytes);

/*
 * Takes ownership of data (from malloc) and returns at once; any thread may call this. Returns 0,
 * -ENOBUFS when data was dropped because the queue is full, or the -errno of an earlier write that
 * failed.
 */
int stream_submit(struct stream *s, char *data, size_t len);

/*
 * Whether everything submitted has been written, or a write has failed, after which nothing is
 * written.
 */
bool stream_is_idle(struct stream *s);

/* Waits until stream_is_idle(), for patience_ms at most. */
void stream_wait_idle(struct stream *s, int patience_ms);

/*
 * This file descriptor becomes readable when nothing more will be written, because a write failed
 * or stream_finish() was called.
 */
int stream_fd(const struct stream *s);

/* Returns 0, or the -errno of the write that failed. */
int stream_error(struct stream *s);

/*
 * Closes the queue and waits until it is written. Gives up after patience_ms (-1: never) without
 * progress, or 1 s without progress once interrupt_fd is readable. Returns 0 or -errno: -ECANCELED
 * when it gave up.
 */
int stream_finish(struct stream *s, int interrupt_fd, int patience_ms);

/* Frees s; call this after stream_finish() or when nothing was submitted. NULL is ignored. */
void stream_close(struct stream *s);

#endif
