/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Threads beside the event loop, for work that may block. */
#ifndef TVTRACED_COMMON_THREAD_H
#define TVTRACED_COMMON_THREAD_H

#include <pthread.h>

/*
 * Starts a thread of the default scheduling class, whatever the caller's class is. The thread
 * blocks all signals, which leaves them to the event loop. Returns 0 or -errno.
 */
int thread_start(pthread_t *thread, void *(*run)(void *), void *ctx);

/*
 * Initializes a mutex that the event loop shares with such a thread. Other tasks may keep the
 * thread from its CPU while it holds the mutex; by priority inheritance, it then gets the event
 * loop's real-time priority for as long as the loop waits.
 */
void thread_mutex_init(pthread_mutex_t *mutex);

#endif
