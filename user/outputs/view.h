/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The block that people read: live on a terminal, or one after the other in plain text. */
#ifndef TVTRACED_VIEW_H
#define TVTRACED_VIEW_H

#include <stdio.h>

#include "canvas.h"
#include "procfs.h"
#include "publication.h"

enum { MAX_TOP_GROUPS = 10 };

/* A copy, since the table forgets an interval's growth once it is published. */
struct top_group {
	char comm[COMM_LEN];
	char cmdline[CMDLINE_MAX]; /* bytes; "": none is known */
	u32 tgid;		   /* 0: all of that program that have ended */
	u64 threads;		   /* alive; or that have ended with their groups */
	struct charges grown;
	u64 switches, cost_ns; /* of all kinds */
};

struct top_groups {
	struct top_group rows[MAX_TOP_GROUPS];
	int n;
};

/*
 * Finds the groups that spend most on switching in what p shows: its interval, or the whole run
 * when it is the final one. To be called before task_table_published().
 */
void view_find_top(struct top_groups *top, const struct publication *p);

/*
 * Draws p: rates and costs of its interval, or of the whole run when it is the final one. Where
 * the canvas has a height, everything is fitted into it.
 */
void view_draw(struct canvas *c, const struct publication *p, const struct top_groups *top);

/* Prints the block in plain text, 80 columns, and flushes. Returns 0 or -errno. */
int view_print(FILE *out, const struct publication *p);

#endif
