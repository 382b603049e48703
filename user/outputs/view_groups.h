/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The thread groups that spend most on switching. */
#ifndef TVTRACED_OUTPUTS_VIEW_GROUPS_H
#define TVTRACED_OUTPUTS_VIEW_GROUPS_H

#include "outputs/view_parts.h"
#include "tables/procfs.h"

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

/* A heading and at most `rows` rows of top. */
void view_groups(struct canvas *c, const struct view *v, const struct top_groups *top, int rows);

#endif
