/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A descriptor whose other end may read slowly, or never: a write to it can be given up. */
#ifndef TVTRACED_COMMON_CANCELLABLE_WRITE_H
#define TVTRACED_COMMON_CANCELLABLE_WRITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cancellable_write {
	int fd;
	bool may_block;	  /* no regular file */
	bool goes_on;	  /* as long as somebody takes, *stop or not; the owner may set it */
	const bool *stop; /* another thread's wish; atomic */
	uint64_t bytes;	  /* written so far; atomic */
};

/* fd and stop stay the caller's, and must live as long as s is written to. */
void cancellable_write_init(struct cancellable_write *s, int fd, const bool *stop);

/* Writes all of data. Returns 0, -errno, or -ECANCELED when *stop came while it waited. */
int cancellable_write(struct cancellable_write *s, const void *data, size_t len);

/* What has been written so far; from any thread. */
uint64_t cancellable_write_bytes(const struct cancellable_write *s);

#endif
