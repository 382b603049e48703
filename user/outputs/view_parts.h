/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The parts of the block, each of which draws some lines. */
#ifndef TVTRACED_OUTPUTS_VIEW_PARTS_H
#define TVTRACED_OUTPUTS_VIEW_PARTS_H

#include <stddef.h>

#include "collect/publication.h"
#include "outputs/canvas.h"

/* What is shown of a publication: its interval, or the whole run. */
struct view {
	const struct publication *p;
	double seconds;
	u64 switches[NR_CELLS];
	u64 total;
	const struct histogram *cost;	  /* NR_CELLS of them */
	struct histogram thread, process; /* cost by kind, over all froms; owned */
	bool has_cost;
};

void view_open(struct view *v, const struct publication *p);
void view_close(struct view *v);

int view_used_cells(const struct view *v);
/* Octaves from the lowest to the highest that thread and process switches have hit; at least 1. */
int view_used_octaves(const struct view *v);

/* One line on what a cost is and is not, or why there is none. */
const char *view_cost_note(const struct view *v);

/*
 * One line on what else this kernel lacks, apart from cost sources and the kernel's own count of
 * switches, which the head speaks of; NULL: nothing. Written to text.
 */
const char *view_lack_note(const struct view *v, char *text, size_t size);

/* Two lines: what and where, and how far to trust it. */
void view_head(struct canvas *c, const struct view *v);

/* A heading and a row per kind and from; only those that had a switch unless all. */
void view_table(struct canvas *c, const struct view *v, bool all);

/* A heading and `rows` rows: cost histograms, thread on the left and process on the right. */
void view_histograms(struct canvas *c, const struct view *v, int rows);

#endif
