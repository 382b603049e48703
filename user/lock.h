/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef TVTRACED_LOCK_H
#define TVTRACED_LOCK_H

/*
 * Takes the lock that only one tvtraced on a host may hold; the kernel releases it when the process
 * ends. The file is never removed, as that would let two processes hold the lock. Returns 0,
 * -EWOULDBLOCK when another process holds the lock (*holder is its pid, or 0 if unknown), or
 * -errno.
 */
int lock_take(const char *path, int *holder);

#endif
