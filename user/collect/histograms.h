/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The histograms of a stretch of time: what switches cost, how long next waited, how long creations
 * took, and how long new tasks waited to run.
 */
#ifndef TVTRACED_COLLECT_HISTOGRAMS_H
#define TVTRACED_COLLECT_HISTOGRAMS_H

#include "common/histogram.h"
#include "creation.h"
#include "record.h"

/* An all-zero struct is empty and valid. */
struct histograms {
	struct histogram cost[NR_CELLS];
	struct histogram wait[NR_CELLS][NR_WAITS];
	struct histogram creation[NR_CREATIONS];
	struct histogram start[NR_CREATIONS]; /* without tasks whose creation was not seen */
};

/* Adds the cost and the wait of one switch, each if it was measured. */
static inline void histograms_add(struct histograms *h, const struct switch_record *r)
{
	u32 cell = r->label / NR_REASONS;

	if (r->cost_ns)
		histogram_add(&h->cost[cell], r->cost_ns);
	if (r->wait)
		histogram_add(&h->wait[cell][WAIT_AFTER(r->wait)], WAIT_NS(r->wait));
}

/* Adds every value of `from` to `to`. */
void histograms_merge(struct histograms *to, const struct histograms *from);

/* Empties all of them but keeps their memory. */
void histograms_clear(struct histograms *h);

/* Frees what they hold, and leaves them empty. */
void histograms_release(struct histograms *h);

/* Adds the waits before switches of this kind to sum, which the caller releases. */
void histograms_add_waits(struct histogram *sum, const struct histograms *h, int kind);

#endif
