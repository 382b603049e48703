/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Bytes that go in at the end and out at the beginning. */
#ifndef TVTRACED_CONTROL_BUFFER_H
#define TVTRACED_CONTROL_BUFFER_H

#include <stddef.h>

/* All-zero is empty and valid. */
struct buffer {
	char *data;
	size_t begin, end; /* what is in it */
	size_t room;
};

/* Exits on memory exhaustion. */
void buffer_add(struct buffer *b, const void *data, size_t len);
void buffer_add_text(struct buffer *b, const char *text);

size_t buffer_len(const struct buffer *b);

/* Writes to a socket what it takes. Returns 0, also when some is left, or -errno. */
int buffer_send(struct buffer *b, int fd);

/* Frees what it holds, and leaves it empty. */
void buffer_release(struct buffer *b);

#endif
