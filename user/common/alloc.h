/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Allocation that cannot fail: on memory exhaustion the daemon says so and exits with
 * STATUS_FAILED. What is attached is held by descriptors and goes with the process.
 */
#ifndef TVTRACED_COMMON_ALLOC_H
#define TVTRACED_COMMON_ALLOC_H

#include <stddef.h>

/* n zeroed elements of size bytes. */
void *xcalloc(size_t n, size_t size) __attribute__((malloc, warn_unused_result));

/* p resized to n elements of size bytes; what is new is not zeroed. */
void *xrealloc(void *p, size_t n, size_t size) __attribute__((warn_unused_result));

char *xstrdup(const char *s) __attribute__((malloc, warn_unused_result));

#endif
