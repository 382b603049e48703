/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A thread group, and what its name and cgroup make it part of. */
#ifndef TVTRACED_TABLES_GROUP_H
#define TVTRACED_TABLES_GROUP_H

#include <stdbool.h>

#include "common/charges.h"
#include "common/histogram.h"
#include "record.h"
#include "tables/application.h"

struct ended;

struct group {
	u32 tgid;
	u32 parent_tgid;     /* 0: not known */
	u64 start_ns;	     /* CLOCK_BOOTTIME, as in /proc */
	char comm[COMM_LEN]; /* the leader's; arbitrary bytes, NUL-terminated */
	bool kernel;	     /* a kernel thread, or the idle tasks */
	bool about;	     /* start_ns is only as exact as /proc gives it, see TASK_FOUND */
	u32 threads;	     /* alive; 0: it has ended */
	u32 members;	     /* those that ended, and are still kept, included */
	u64 ended_threads;   /* so far */
	struct charges total;
	struct charges published; /* total as of the last publication */
	struct histogram cost[NR_KINDS];
	char *cmdline; /* arguments separated by spaces, NULL: not read or none; owned */
	char *cgroup;  /* path as in /proc, or the parent's as long as not read; NULL: not known;
			* owned
			*/
	char *application; /* see application.h; never NULL; owned */
	enum application_kind application_kind;
	bool details_read;
	bool told;	     /* to somebody who wants to know when it ends: see task_table_ends */
	struct ended *ended; /* where it is charged when it has ended; NULL: only in `other` */
	u64 changed;	     /* see task_table_next_seq */
	u64 described;	     /* the same of its name, parent, command line, cgroup or application */
	u32 index;	     /* its slot */
};

/* Takes a cgroup path from malloc for the group's own; returns whether it was another before. */
bool group_set_cgroup(struct group *g, char *path);

/* After a change of what tells its application: its name or its cgroup. */
void group_name_application(struct group *g);

/* A process begins where its parent is; parent may be NULL: not known. */
void group_inherit(struct group *g, const struct group *parent);

#endif
