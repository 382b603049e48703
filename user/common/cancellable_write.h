/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Writes to a file descriptor whose other end may read slowly, or never: such a write can be
 * cancelled.
 */
#ifndef TVTRACED_COMMON_CANCELLABLE_WRITE_H
#define TVTRACED_COMMON_CANCELLABLE_WRITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

struct cancellable_write {
	int fd;
	bool may_block;	       /* fd is not a regular file */
	int most_after_stop_s; /* but for no longer than this; 0: without limit; owner may set it */
	bool goes_on;	  /* go on after *stop as long as the other end reads; owner may set it */
	const bool *stop; /* set by another thread to cancel; atomic */
	time_t stopped_s; /* CLOCK_MONOTONIC at which *stop was seen; 0: it was not */
	uint64_t bytes;	  /* number written so far; atomic */
};

/* The caller keeps owning fd and stop, which must live as long as s is written to. */
void cancellable_write_init(struct cancellable_write *s, int fd, const bool *stop);

/* Writes all of data. Returns 0, -errno, or -ECANCELED when *stop was set while it waited. */
int cancellable_write(struct cancellable_write *s, const void *data, size_t len);

/* Returns the number of bytes written so far; any thread may call it. */
uint64_t cancellable_write_bytes(const struct cancellable_write *s);

#endif
