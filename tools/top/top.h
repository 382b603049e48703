/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Internals of `tvtrace top`: the state (top.c), drawing (top_draw.c), and keys (top_keys.c). */
#ifndef TVTRACE_TOP_TOP_H
#define TVTRACE_TOP_TOP_H

#include "common/answer.h"
#include "lists/columns.h"
#include "lists/histogram_query.h"
#include "lists/model.h"

enum level { LEVEL_APPLICATIONS, LEVEL_GROUPS, LEVEL_THREADS, NR_LEVELS };

enum { TEXT_LEN = 256 };

struct level_info {
	const char *name;
	const struct column *columns;
	size_t nr_columns;
};

extern const struct level_info levels[NR_LEVELS];

struct top {
	struct session *session;
	struct model *model; /* model of all groups; at LEVEL_THREADS of one group's threads */
	struct histogram_query *costs; /* NULL: no histogram pane */
	struct row *applications;      /* at LEVEL_APPLICATIONS `rows` points into this */
	const struct row **rows;       /* sorted and filtered */
	struct titles *titles;	       /* names of the rows */
	size_t n;
	enum level level;
	char *application; /* name of the application that was entered, of any length; NULL: none */
	char application_kind[16];
	u32 tgid;		/* thread group that was entered */
	char group[TEXT_LEN];	/* name of that group */
	size_t sort[NR_LEVELS]; /* index of the column to sort by */
	char filter[TEXT_LEN];
	size_t selected, first; /* indices of the row under the cursor and of the row at the top */
	char id[TEXT_LEN];	/* identity of the selected row, which the cursor follows */
	u64 interval_ns, due_ns;
	bool paused, help, typing, histograms, quit;
	u64 seen, seen_ns; /* switches seen so far, and time of that count */
	double seen_rate;
	struct answer_figures so_far, grown; /* since the start; in the last interval */
};

/*
 * Enters the next level: the applications at first, then what the selected row contains;
 * top_leave() goes back. Both return an exit status.
 */
int top_enter(struct top *t);
int top_leave(struct top *t);

/* Asks the daemon for new numbers. Returns an exit status. */
int top_refresh(struct top *t);

/* Sorts and filters the rows of the last reply. */
void top_arrange(struct top *t);

/* Shows or hides the histogram pane. Returns an exit status. */
int top_toggle_histograms(struct top *t);

/* Moves the cursor down by a number of rows; up if it is negative. */
void top_move(struct top *t, long rows);

void top_close(struct top *t);

/* Draws the whole screen. */
void top_draw(struct top *t);

/* The number of rows that fit the screen. */
size_t top_page(const struct top *t);

/* Handles all pending keys. Returns an exit status; sets t->quit to end the program. */
int top_keys(struct top *t);

#endif
