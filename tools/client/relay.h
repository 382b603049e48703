/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The daemon writes captures to regular files and pipes only. For anything else (a socket, a
 * device) it writes to a pipe, and the client copies from there.
 */
#ifndef TVTRACE_CLIENT_RELAY_H
#define TVTRACE_CLIENT_RELAY_H

#include <stdbool.h>

struct relay;

/* Whether the daemon would not write to such a descriptor. */
bool relay_is_needed(int fd);

/*
 * Starts to copy to fd, which stays the caller's. *from is the end to be written to; the caller
 * must close it before relay_finish(). Returns NULL and sets errno if that cannot be done.
 */
struct relay *relay_start(int fd, int *from);

/* Waits until all has been copied, and frees r. Returns 0 or the -errno of a write that failed. */
int relay_finish(struct relay *r);

#endif
