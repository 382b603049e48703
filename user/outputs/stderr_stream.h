/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Standard error, written by a thread: a pipe that nobody reads, or a terminal that is stopped,
 * holds up nobody who has something to say.
 */
#ifndef TVTRACED_OUTPUTS_STDERR_STREAM_H
#define TVTRACED_OUTPUTS_STDERR_STREAM_H

/*
 * From now on all messages (error.h) go through the thread, until stderr_stream_stop() or exit().
 * What does not fit its queue (64 KiB) is dropped, and how many were is told later. Returns 0 or
 * -errno.
 */
int stderr_stream_start(void);

/* Waits a second at most for what has not been written yet; messages are written directly again. */
void stderr_stream_stop(void);

#endif
