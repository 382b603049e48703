/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* `tvtrace top` inside: what it shows (top.c), how it draws (top_draw.c), what keys do
 * (top_keys.c). */
#ifndef TVTRACE_TOP_TOP_H
#define TVTRACE_TOP_TOP_H

#include "lists/columns.h"
#include "lists/cost_query.h"
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
	struct model *model;	  /* of the groups; at LEVEL_THREADS of the threads */
	struct cost_query *costs; /* NULL: no histogram pane */
	struct row *applications; /* what rows point to at LEVEL_APPLICATIONS */
	const struct row **rows;  /* sorted and filtered */
	struct titles *titles;	  /* of rows */
	size_t n;
	enum level level;
	char *application; /* that was entered, however long its name; NULL: all */
	char application_kind[16];
	u32 tgid;		/* that was entered */
	char group[TEXT_LEN];	/* its name */
	size_t sort[NR_LEVELS]; /* column */
	char filter[TEXT_LEN];
	size_t selected, first; /* row under the cursor, row at the top */
	char id[TEXT_LEN];	/* of the selected row: the cursor stays on it */
	u64 interval_ns, due_ns;
	bool paused, help, typing, histograms, quit;
	u64 seen, seen_ns; /* of the accounting, and when */
	double seen_rate;
};

/* Begins a level anew: applications, or what lies under the selected row. Exit status. */
int top_enter(struct top *t);
int top_leave(struct top *t);

/* Asks the daemon. Exit status. */
int top_refresh(struct top *t);

/* Sorts and filters what was last asked for. */
void top_arrange(struct top *t);

/* Switches the histogram pane. Exit status. */
int top_toggle_histograms(struct top *t);

/* Moves the cursor by so many rows. */
void top_move(struct top *t, long rows);

void top_close(struct top *t);

/* Draws all of it. */
void top_draw(struct top *t);

/* Rows that fit the screen. */
size_t top_page(const struct top *t);

/* Takes the keys that have been pressed. Exit status; t->quit says that it is over. */
int top_keys(struct top *t);

#endif
