/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef TVTRACED_LOCK_H
#define TVTRACED_LOCK_H

/*
 * Takes the lock that only one tvtraced on a host may hold; the kernel gives it back when the
 * process ends. The file stays: removing it would let two holders in. Returns 0, -EWOULDBLOCK
 * when another holds it (*holder is its pid, 0 when it has not said), or -errno.
 */
int lock_take(const char *path, int *holder);

#endif
