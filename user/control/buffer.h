/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A byte queue: data is added at the end and sent from the beginning. */
#ifndef TVTRACED_CONTROL_BUFFER_H
#define TVTRACED_CONTROL_BUFFER_H

#include <stddef.h>

/* An all-zero struct is an empty, valid buffer. */
struct buffer {
	char *data;
	size_t begin, end; /* offsets of the bytes not sent yet */
	size_t room;
};

/* Exits on memory exhaustion. */
void buffer_add(struct buffer *b, const void *data, size_t len);
void buffer_add_text(struct buffer *b, const char *text);

size_t buffer_len(const struct buffer *b);

/*
 * Sends as much as the socket takes without blocking. Returns 0, even when bytes remain, or -errno.
 */
int buffer_send(struct buffer *b, int fd);

/* Frees the memory of b and leaves it empty. */
void buffer_release(struct buffer *b);

#endif
