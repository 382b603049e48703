/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The parts of the block; each draws some lines. */
#ifndef TVTRACED_OUTPUTS_VIEW_PARTS_H
#define TVTRACED_OUTPUTS_VIEW_PARTS_H

#include <stddef.h>

#include "collect/publication.h"
#include "outputs/canvas.h"

/* What is shown of a publication: its interval or, when it is final, the whole run. */
struct view {
	const struct publication *p;
	double seconds;
	u64 switches[NR_CELLS];
	u64 total;
	const struct histograms *histograms;
	struct histogram thread,
		process; /* sums of the costs by kind, over all values of `from`; owned */
	struct histogram wait[NR_WAITS]; /* sums over kinds and froms; owned */
	bool has_cost;
};

void view_open(struct view *v, const struct publication *p);
void view_close(struct view *v);

int view_used_cells(const struct view *v);
/*
 * The number of octaves from the lowest to the highest used by thread and process switches; at
 * least 1.
 */
int view_used_octaves(const struct view *v);

/* Returns a line that says what a cost includes, or why there is none. */
const char *view_cost_note(const struct view *v);

/*
 * Returns a line, written to text, on the features that this kernel lacks, or NULL when there are
 * none. Cost sources and the kernel's own count of switches are left out: the head shows them.
 */
const char *view_lack_note(const struct view *v, char *text, size_t size);

/*
 * Draws two lines: version, host and cost source, and the counts that tell how far to trust the
 * data.
 */
void view_head(struct canvas *c, const struct view *v);

/* Draws the answer, in one line; nothing without costs. */
void view_answer(struct canvas *c, const struct view *v);

/* The number of rows of view_others(). */
int view_used_others(const struct view *v);

/*
 * Draws a row per thing that waits followed, and one per kind of task whose creation was timed, if
 * there were some, in the columns of view_table().
 */
void view_others(struct canvas *c, const struct view *v);

/* Draws a heading and a row per kind and from; rows without a switch only if `all` is set. */
void view_table(struct canvas *c, const struct view *v, bool all);

/*
 * Draws a heading and at most `rows` rows of the cost histograms: thread on the left, process on
 * the right.
 */
void view_histograms(struct canvas *c, const struct view *v, int rows);

#endif
