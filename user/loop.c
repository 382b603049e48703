// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "loop.h"

#include <assert.h>
#include <errno.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "common/array.h"

int loop_open(struct loop *l)
{
	l->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	return l->epoll_fd < 0 ? -errno : 0;
}

void loop_close(struct loop *l)
{
	if (l->epoll_fd >= 0)
		close(l->epoll_fd);
	l->epoll_fd = -1;
}

struct loop_handler *loop_handler(struct loop *l, void (*fn)(void *ctx), void *ctx)
{
	for (int i = 0; i < l->n; i++)
		if (l->handlers[i].fn == fn && l->handlers[i].ctx == ctx)
			return &l->handlers[i];
	assert(l->n < LOOP_MAX_HANDLERS);
	l->handlers[l->n] = (struct loop_handler){fn, ctx};
	return &l->handlers[l->n++];
}

int loop_add(struct loop *l, int fd, void (*fn)(void *ctx), void *ctx)
{
	struct epoll_event e = {.events = EPOLLIN, .data.ptr = loop_handler(l, fn, ctx)};

	return epoll_ctl(l->epoll_fd, EPOLL_CTL_ADD, fd, &e) ? -errno : 0;
}

void loop_remove(struct loop *l, int fd)
{
	epoll_ctl(l->epoll_fd, EPOLL_CTL_DEL, fd, NULL);
}

int loop_wait(struct loop *l, int timeout_ms, const bool *stop, void (*woken)(void *ctx), void *ctx)
{
	struct epoll_event events[16];
	int n = epoll_wait(l->epoll_fd, events, ARRAY_SIZE(events), timeout_ms);
	int err = n < 0 ? -errno : 0;

	if (woken)
		woken(ctx);
	for (int i = 0; i < n && !*stop; i++) {
		const struct loop_handler *h = events[i].data.ptr;

		h->fn(h->ctx);
	}
	return err == -EINTR ? 0 : err;
}
