/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The event loop's descriptors, and what is to be done when one of them is readable. */
#ifndef TVTRACED_LOOP_H
#define TVTRACED_LOOP_H

#include <stdbool.h>

enum { LOOP_MAX_HANDLERS = 8 };

struct loop_handler {
	void (*fn)(void *ctx);
	void *ctx;
};

struct loop {
	int epoll_fd; /* -1: there is none */
	int n;
	struct loop_handler handlers[LOOP_MAX_HANDLERS];
};

/* Returns 0 or -errno. */
int loop_open(struct loop *l);
void loop_close(struct loop *l);

/* What an epoll event of this loop carries as data.ptr, for those that add descriptors themselves.
 */
struct loop_handler *loop_handler(struct loop *l, void (*fn)(void *ctx), void *ctx);

/* fn is called when fd is readable. Returns 0 or -errno. */
int loop_add(struct loop *l, int fd, void (*fn)(void *ctx), void *ctx);

/* The opposite; fd may not be there. */
void loop_remove(struct loop *l, int fd);

/*
 * Calls the handlers of those that are readable within timeout_ms, until *stop. woken, if not NULL,
 * is called as soon as it waits no more. Returns 0 or -errno.
 */
int loop_wait(struct loop *l, int timeout_ms, const bool *stop, void (*woken)(void *ctx),
	      void *ctx);

#endif
