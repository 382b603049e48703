/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Hash index from a 64-bit key to a pointer: open addressing with linear probing, kept at most
 * half full. One look-up is made per switch record, so it stays in one or two cache lines.
 */
#ifndef TVTRACED_COMMON_INDEX_H
#define TVTRACED_COMMON_INDEX_H

#include "record.h"

struct index;

/* Grows as needed; exits on memory exhaustion. The pointers stay the caller's. */
struct index *index_new(void);
void index_free(struct index *x);

/* NULL: not there. */
void *index_find(const struct index *x, u64 key);

/* The key must not be there yet; value must not be NULL. */
void index_add(struct index *x, u64 key, void *value);

/* Does nothing when the key is not there. */
void index_remove(struct index *x, u64 key);

#endif
