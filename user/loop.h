/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* An event loop: file descriptors, and handlers to call when they are readable. */
#ifndef TVTRACED_LOOP_H
#define TVTRACED_LOOP_H

#include <stdbool.h>

enum { LOOP_MAX_HANDLERS = 8 };

struct loop_handler {
	void (*fn)(void *ctx);
	void *ctx;
};

struct loop {
	int epoll_fd; /* -1: not open */
	int n;
	struct loop_handler handlers[LOOP_MAX_HANDLERS];
};

/* Returns 0 or -errno. */
int loop_open(struct loop *l);
void loop_close(struct loop *l);

/*
 * Returns the data.ptr for epoll events of this loop, for callers that add file descriptors
 * themselves.
 */
struct loop_handler *loop_handler(struct loop *l, void (*fn)(void *ctx), void *ctx);

/* Calls fn(ctx) whenever fd is readable. Returns 0 or -errno. */
int loop_add(struct loop *l, int fd, void (*fn)(void *ctx), void *ctx);

/* Removes fd; it need not have been added. */
void loop_remove(struct loop *l, int fd);

/*
 * Waits up to timeout_ms and calls the handlers of readable file descriptors, until *stop is set.
 * woken, if not NULL, is called as soon as the wait ends. Returns 0 or -errno.
 */
int loop_wait(struct loop *l, int timeout_ms, const bool *stop, void (*woken)(void *ctx),
	      void *ctx);

#endif
