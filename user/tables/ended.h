/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What ended thread groups were charged with, by program: groups with the same name in the same
 * cgroup share one entry. The entries are a part of what the task table has as `other`. Their
 * number is limited, and an entry that makes room for another one is lost with its charges, which
 * then are only in `other`.
 */
#ifndef TVTRACED_TABLES_ENDED_H
#define TVTRACED_TABLES_ENDED_H

#include <stdbool.h>
#include <stddef.h>

#include "common/charges.h"
#include "tables/application.h"

enum { MAX_ENDED = 1024 };

struct group;

struct ended {
	u64 id; /* unique among all entries, also earlier and later ones; from 1 */
	char comm[COMM_LEN];
	bool kernel;
	char *cgroup; /* NULL: unknown */
	char *application;
	enum application_kind application_kind;
	u64 groups;  /* number that have ended so far */
	u64 threads; /* all threads that these groups ever had */
	struct charges total;
	struct charges published; /* total as of the last publication */
	struct created created;
	u64 published_threads;
	u64 changed;	    /* see task_table_next_seq */
	u32 holders;	    /* ended groups that are still charged here; if any, the entry stays */
	struct ended *next; /* next entry with the same hash */
	struct ended *newer, *older;
};

struct ended_table;

struct ended_table *ended_table_new(void);

/* NULL is ignored. */
void ended_table_free(struct ended_table *t);

/*
 * Returns the entry of the group's program, a new one if necessary, and makes it the most recent
 * one, which is evicted last. Returns NULL when groups hold all entries.
 */
struct ended *ended_get(struct ended_table *t, const struct group *g);

/*
 * Returns the entry in the i-th of the table's MAX_ENDED places, or NULL when there is none. An
 * entry keeps its place.
 */
struct ended *ended_at(const struct ended_table *t, size_t i);

#endif
