/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* File descriptors 0, 1 and 2, which may be closed when a program starts. */
#ifndef TVTRACED_COMMON_STD_STREAMS_H
#define TVTRACED_COMMON_STD_STREAMS_H

/*
 * Must be called first in main(). Occupies whichever of the three descriptors are closed, so that
 * no file or socket opened later gets such a number and is written to as if it were standard
 * output. Reading, writing and polling them still fails as with a closed descriptor.
 *
 * At exit(), the rest of stdout's buffer is written. If this or an earlier write failed, the error
 * is printed and the process ends with failed_status, unless std_streams_flush() or another message
 * has already reported a failure. It is no failure when the reader has gone (EPIPE).
 */
void std_streams_init(int failed_status);

/*
 * Flushes stdout. Returns 0 or -errno, also that of an earlier write; -EPIPE: the reader has gone.
 */
int std_streams_flush(void);

#endif
