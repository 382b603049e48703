/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The `group` label of the textfile: thread groups by name, the busiest TOP_SERIES of them as
 * series of their own and the rest as `other`. Each interval's growth of a group goes to exactly
 * one series and stays there, so no series ever falls and all of them add up.
 */
#ifndef TVTRACED_SERIES_H
#define TVTRACED_SERIES_H

#include <stdbool.h>
#include <stddef.h>

#include "publication.h"
#include "text.h"

enum {
	TOP_SERIES = 20,
	MAX_SERIES = 4096, /* names; those that were ever shown stay, what is beyond is `other` */
};

struct series {
	char name[NAME_LEN + 1]; /* escaped, not reserved */
	u64 switches[NR_KINDS];
	u64 cost_ns[NR_KINDS];
	bool shown;
	bool user;    /* a program's, not `kernel` or `idle` or `other` */
	double score; /* decaying sum of its growth, shown or not */
	u64 growth;   /* since the last update */
	u64 updated;  /* number of the update in which it last grew */
};

struct series_table;

struct series_table *series_new(void);

/* NULL is ignored. */
void series_free(struct series_table *t);

/* Accounts for what each group grew by since the previous publication. */
void series_update(struct series_table *t, const struct publication *p);

/* The i-th series to print, NULL past the last; `kernel`, `idle` and `other` are always there. */
const struct series *series_shown(const struct series_table *t, size_t i);

#endif
