/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Threads beside the event loop, for what may block. */
#ifndef TVTRACED_COMMON_THREAD_H
#define TVTRACED_COMMON_THREAD_H

#include <pthread.h>

/*
 * Starts an ordinary task, whatever the caller's scheduling class is, with all signals left to the
 * event loop. Returns 0 or -errno.
 */
int thread_start(pthread_t *thread, void *(*run)(void *), void *ctx);

/*
 * A mutex between the event loop and such a thread, which others may keep from its CPU while it
 * holds it: the loop lends it its own real-time priority for as long as it waits.
 */
void thread_mutex_init(pthread_mutex_t *mutex);

#endif
