/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A hash index from a 64-bit key to a pointer: open addressing with linear probing, kept at most
 * half full. A look-up is made for each switch record, so it should stay in one or two cache lines.
 */
#ifndef TVTRACED_COMMON_INDEX_H
#define TVTRACED_COMMON_INDEX_H

#include "record.h"

struct index;

/*
 * Creates an index, which grows as needed and exits on memory exhaustion. The caller keeps owning
 * what the pointers point to.
 */
struct index *index_new(void);
void index_free(struct index *x);

/* Returns the value of the key; NULL: the key is not in the index. */
void *index_find(const struct index *x, u64 key);

/* Adds a key, which must not be in the index yet; value must not be NULL. */
void index_add(struct index *x, u64 key, void *value);

/* Removes a key; does nothing when the key is not in the index. */
void index_remove(struct index *x, u64 key);

#endif
