// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "control/buffer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "common/alloc.h"

void buffer_add(struct buffer *b, const void *data, size_t len)
{
	if (!len)
		return;
	if (b->begin && b->room - b->end < len) {
		memmove(b->data, b->data + b->begin, buffer_len(b));
		b->end -= b->begin;
		b->begin = 0;
	}
	if (b->room - b->end < len) {
		b->room = b->room * 2 > b->end + len ? b->room * 2 : b->end + len;
		b->data = xrealloc(b->data, b->room, 1);
	}
	memcpy(b->data + b->end, data, len);
	b->end += len;
}

void buffer_add_text(struct buffer *b, const char *text)
{
	buffer_add(b, text, strlen(text));
}

size_t buffer_len(const struct buffer *b)
{
	return b->end - b->begin;
}

int buffer_send(struct buffer *b, int fd)
{
	while (buffer_len(b)) {
		ssize_t n =
			send(fd, b->data + b->begin, buffer_len(b), MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno == EAGAIN || errno == EWOULDBLOCK ? 0 : -errno;
		b->begin += (size_t)n;
	}
	b->begin = b->end = 0;
	return 0;
}

void buffer_release(struct buffer *b)
{
	free(b->data);
	memset(b, 0, sizeof(*b));
}
