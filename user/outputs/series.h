/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The series of the textfile with a `group` label: thread groups by the name that the label gives
 * them, the busiest TOP_SERIES names as series of their own and the rest as `other`. Each
 * interval's growth of a group goes to exactly one series and stays there, so no series ever falls
 * and all of them add up.
 */
#ifndef TVTRACED_OUTPUTS_SERIES_H
#define TVTRACED_OUTPUTS_SERIES_H

#include <stdbool.h>
#include <stddef.h>

#include "collect/publication.h"
#include "outputs/group_label.h"

enum {
	TOP_SERIES = 20,
	MAX_SERIES = 4096, /* names; those that were ever shown stay, what is beyond is `other` */
	SERIES_NAME_LEN = 1024, /* of an escaped name; longer ones are cut, and may become one */
};

struct series {
	char *name; /* escaped, not reserved */
	struct charges total;
	bool shown;
	bool user;    /* a program's, not `kernel` or `idle` or `other` */
	double score; /* decaying sum of its growth, shown or not */
	u64 growth;   /* since the last update */
	u64 updated;  /* number of the update in which it last grew */
	u32 next;     /* of the same hash: 1 + index, 0: none */
};

struct series_table;

struct series_table *series_new(const struct group_label *label);

/* The label that it was made with. */
const struct group_label *series_label(const struct series_table *t);

/* NULL is ignored. */
void series_free(struct series_table *t);

/* Accounts for what each group grew by since the previous publication. */
void series_update(struct series_table *t, const struct publication *p);

/* The i-th series to print, NULL past the last; `kernel`, `idle` and `other` are always there. */
const struct series *series_shown(const struct series_table *t, size_t i);

#endif
