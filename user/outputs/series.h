/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The textfile's series with a `group` label. Thread groups are combined by the name that the label
 * gives them; the busiest TOP_SERIES names have their own series, and `other` takes the rest. A
 * group's growth in each interval goes to exactly one series and stays there, so that no series
 * ever decreases and their sum is complete.
 */
#ifndef TVTRACED_OUTPUTS_SERIES_H
#define TVTRACED_OUTPUTS_SERIES_H

#include <stdbool.h>
#include <stddef.h>

#include "collect/publication.h"
#include "outputs/group_label.h"

enum {
	TOP_SERIES = 20,
	MAX_SERIES = 4096, /* names; further ones count as `other`, and those ever shown are kept */
	SERIES_NAME_LEN =
		1024, /* bytes of an escaped name; longer names are cut, and may coincide */
};

struct series {
	char *name; /* escaped; never a reserved name when `user` is set */
	struct charges total;
	bool shown;
	bool user;    /* not `kernel`, `idle` or `other` */
	double score; /* decaying sum of growth, shown or not */
	u64 growth;   /* switches since the last update */
	u64 updated;  /* number of the last update with growth */
	u32 next;     /* next series in the hash chain: 1 + index, 0: none */
};

struct series_table;

struct series_table *series_new(const struct group_label *label);

/* Returns the label given to series_new(). */
const struct group_label *series_label(const struct series_table *t);

/* NULL is ignored. */
void series_free(struct series_table *t);

/* Adds each group's growth since the previous publication to its series. */
void series_update(struct series_table *t, const struct publication *p);

/*
 * Returns the i-th series to print, or NULL after the last; `kernel`, `idle` and `other` are always
 * present.
 */
const struct series *series_shown(const struct series_table *t, size_t i);

#endif
