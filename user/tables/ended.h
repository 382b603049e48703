/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What thread groups that have ended were charged with, by program: those of one name in one
 * cgroup are one entry. A part of what the task table has as `other`: entries are limited, and
 * one that makes room for another one takes its charges along.
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
	u64 id; /* of no other entry, before or after; from 1 */
	char comm[COMM_LEN];
	bool kernel;
	char *cgroup; /* NULL: not known */
	char *application;
	enum application_kind application_kind;
	u64 groups;  /* that have ended so far */
	u64 threads; /* of these groups, all that there ever were */
	struct charges total;
	struct charges published; /* as of a group */
	u64 published_threads;
	u64 changed;	    /* see task_table_next_seq */
	u32 holders;	    /* groups that have ended and are still charged: it must stay */
	struct ended *next; /* of the same hash */
	struct ended *newer, *older;
};

struct ended_table;

struct ended_table *ended_table_new(void);

/* NULL is ignored. */
void ended_table_free(struct ended_table *t);

/*
 * The entry of a group's program, which is now the latest that grew: it is the last to go when
 * there is no room. NULL: all entries are held.
 */
struct ended *ended_get(struct ended_table *t, const struct group *g);

/* The i-th of the table's MAX_ENDED places; NULL: nothing. An entry keeps its place. */
struct ended *ended_at(const struct ended_table *t, size_t i);

#endif
