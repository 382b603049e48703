/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Standard error, written by a thread, so that a pipe that nobody reads or a stopped terminal never
 * blocks a caller that prints a message.
 */
#ifndef TVTRACED_OUTPUTS_STDERR_STREAM_H
#define TVTRACED_OUTPUTS_STDERR_STREAM_H

/*
 * From now on, all messages (error.h) go through the thread, until stderr_stream_stop() or exit().
 * A message that does not fit the queue (64 KiB) is dropped, and the number of dropped messages is
 * printed later. Returns 0 or -errno.
 */
int stderr_stream_start(void);

/*
 * Waits for queued messages to be written, and gives up after a second without progress. Later
 * messages are written directly.
 */
void stderr_stream_stop(void);

#endif
