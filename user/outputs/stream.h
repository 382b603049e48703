/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Text to a descriptor, in order, from a thread of its own: who reads it slowly holds nobody up. */
#ifndef TVTRACED_OUTPUTS_STREAM_H
#define TVTRACED_OUTPUTS_STREAM_H

#include <stdbool.h>
#include <stddef.h>

struct stream;

/*
 * Starts the thread; fd stays the caller's. No more than most_bytes wait, or one piece of any size.
 * Returns 0 or -errno.
 */
int stream_open(struct stream **out, int fd, size_t most_bytes);

/*
 * Takes data (from malloc) and returns at once; from any thread. Returns 0, -ENOBUFS when it was
 * left out because too much waits, or the -errno of a write that failed.
 */
int stream_submit(struct stream *s, char *data, size_t len);

/* Whether all that was submitted has been written, or nothing will be any more. */
bool stream_is_idle(struct stream *s);

/* Waits for that, so many milliseconds at most. */
void stream_wait_idle(struct stream *s, int patience_ms);

/* Becomes readable when nothing more will be written: a write has failed. */
int stream_fd(const struct stream *s);

/* 0, or the -errno of the write that failed. */
int stream_error(struct stream *s);

/*
 * Waits until all is written; gives up after patience_ms (-1: for ever) in which nothing was taken,
 * or 1 s of that once interrupt_fd is readable. Returns 0, or -errno: -ECANCELED when it gave up.
 */
int stream_finish(struct stream *s, int interrupt_fd, int patience_ms);

/* After stream_finish(), or when nothing has been submitted. NULL is ignored. */
void stream_close(struct stream *s);

#endif
