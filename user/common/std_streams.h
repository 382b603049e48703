/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Descriptors 0, 1 and 2, which may be closed when a program starts. */
#ifndef TVTRACED_COMMON_STD_STREAMS_H
#define TVTRACED_COMMON_STD_STREAMS_H

/*
 * Must come first in main(). Occupies those of the three descriptors that are closed, so that no
 * file or socket opened later gets such a number and is written to as if it were standard output;
 * reading, writing and polling them fails with EBADF as before.
 *
 * At exit() what is left in stdout's buffer is written: when that, or a write before it, failed,
 * that is printed and the process ends with failed_status, unless std_streams_flush() or another
 * message has told of a failure. A reader that has gone (EPIPE) is none.
 */
void std_streams_init(int failed_status);

/* Flushes stdout. Returns 0 or -errno, also of an earlier write; -EPIPE: its reader has gone. */
int std_streams_flush(void);

#endif
