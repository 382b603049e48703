/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A thread group, with the application that its name and its cgroup make it part of. */
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
	u32 parent_tgid;     /* 0: unknown */
	u64 start_ns;	     /* CLOCK_BOOTTIME, as in /proc */
	char comm[COMM_LEN]; /* the leader's; arbitrary bytes, NUL-terminated */
	bool kernel;	     /* a kernel thread, or the idle tasks */
	bool about;	     /* start_ns is only as exact as /proc shows it; see TASK_FOUND */
	u32 threads;	     /* alive; 0: the group has ended */
	u32 members;	     /* threads in the table, dead ones included */
	u64 ended_threads;   /* number that have ended so far */
	struct charges total;
	struct charges published; /* total as of the last publication */
	struct created created;	  /* by its threads */
	struct histogram cost[NR_KINDS];
	struct histogram wait[NR_WAITS];
	char *cmdline;	   /* arguments separated by spaces, NULL: not read or none; owned */
	char *cgroup;	   /* as in /proc; the parent's until read; NULL: unknown; owned */
	char *application; /* see application.h; never NULL; owned */
	enum application_kind application_kind;
	bool details_read;
	bool told;	     /* somebody wants to know when it ends: see task_table_ends */
	struct ended *ended; /* charged once the group has ended; NULL: only `other` is */
	u64 changed;	     /* see task_table_next_seq */
	u64 described;	     /* the same for name, parent, command line, cgroup, application */
	u32 index;	     /* slot in the table */
};

/*
 * Sets the group's cgroup path; the group takes ownership of path, which comes from malloc. Returns
 * whether the path is another than before.
 */
bool group_set_cgroup(struct group *g, char *path);

/*
 * Determines the group's application. Must be called after a change of its name; group_set_cgroup()
 * calls it for a change of the cgroup.
 */
void group_name_application(struct group *g);

/* Frees what g's histograms hold, and leaves them empty. */
void group_release_histograms(struct group *g);

/*
 * Gives g the cgroup of its parent, in which every process starts, unless the cgroup of g is
 * already known. parent is NULL when it is unknown.
 */
void group_inherit(struct group *g, const struct group *parent);

#endif
