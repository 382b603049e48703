/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Allocation functions that never return NULL: on memory exhaustion, the program prints an error
 * and exits with STATUS_FAILED. File descriptors hold whatever BPF programs are attached, so these
 * are detached when the process ends.
 */
#ifndef TVTRACED_COMMON_ALLOC_H
#define TVTRACED_COMMON_ALLOC_H

#include <stddef.h>

/* Returns n zeroed elements of size bytes. */
void *xcalloc(size_t n, size_t size) __attribute__((malloc, warn_unused_result));

/* Resizes p to n elements of size bytes; new elements are not zeroed. */
void *xrealloc(void *p, size_t n, size_t size) __attribute__((warn_unused_result));

char *xstrdup(const char *s) __attribute__((malloc, warn_unused_result));

#endif
