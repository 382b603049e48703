/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The thread groups that spend most time on context switches. */
#ifndef TVTRACED_OUTPUTS_VIEW_GROUPS_H
#define TVTRACED_OUTPUTS_VIEW_GROUPS_H

#include "outputs/view_parts.h"
#include "tables/procfs.h"

enum { MAX_TOP_GROUPS = 10 };

/* A copy, since the task table forgets an interval's growth once it is published. */
struct top_group {
	char comm[COMM_LEN];
	char cmdline[CMDLINE_MAX]; /* not escaped; "": unknown */
	u32 tgid;		   /* 0: all ended groups of this program */
	u64 threads; /* live threads or, for ended groups, threads that ended with them */
	struct charges grown;
	u64 switches, cost_ns; /* of all kinds */
};

struct top_groups {
	struct top_group rows[MAX_TOP_GROUPS];
	int n;
};

/*
 * Finds the groups that spend most on context switches in p's interval or, when p is the final
 * publication, in the whole run. Call this before task_table_published().
 */
void view_find_top(struct top_groups *top, const struct publication *p);

/* Draws a heading and at most `rows` rows of top. */
void view_groups(struct canvas *c, const struct view *v, const struct top_groups *top, int rows);

#endif
