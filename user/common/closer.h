/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Closes descriptors that somebody else has chosen, or that may still carry some of theirs. Their
 * last close may block: a TCP socket's for as long as its SO_LINGER says, and a FUSE file's for as
 * long as its file system does not answer.
 */
#ifndef TVTRACED_COMMON_CLOSER_H
#define TVTRACED_COMMON_CLOSER_H

/*
 * Has a thread close fd, and returns at once. A thread that is blocked keeps nobody waiting but
 * those behind it when CLOSER_MOST_THREADS are: these descriptors stay open until one goes on, or
 * the process ends. Only one thread may call this.
 */
void closer_close(int fd);

/*
 * Lets the threads close what they have, and waits for them, a second at most: those that are
 * blocked then stay until the process ends. Nothing may be closed by them afterwards.
 */
void closer_finish(void);

enum { CLOSER_MOST_THREADS = 8 };

#endif
