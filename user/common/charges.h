/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What a thread, a thread group, or everything that has left the tables was charged with. All
 * members are cumulative.
 */
#ifndef TVTRACED_COMMON_CHARGES_H
#define TVTRACED_COMMON_CHARGES_H

#include <stdbool.h>

#include "creation.h"
#include "record.h"

struct charges {
	u64 switches[NR_KINDS]; /* switches into its threads */
	u64 cost_ns[NR_KINDS];
	/* The part of these that came from a user task: neither idle nor a kernel thread. */
	u64 user_switches[NR_KINDS];
	u64 user_cost_ns[NR_KINDS];
	u64 reasons[NR_REASONS]; /* switches out of its threads */
	u64 waits[NR_WAITS];	 /* of its threads for a CPU, by what they followed */
	u64 wait_ns[NR_WAITS];
};

/*
 * The tasks that a thread group created, by kind. Cumulative, but for resident_bytes.
 */
struct created {
	u64 count[NR_CREATIONS];
	u64 timed[NR_CREATIONS];       /* those whose creation was timed */
	u64 duration_ns[NR_CREATIONS]; /* of these together */
	u64 resident_bytes; /* the group's own memory at the latest timed one; 0: not known */
};

/*
 * charges_add_in() charges a switch into one of the threads that c counts, and charges_add_out()
 * one out of them.
 */
static inline void charges_add_in(struct charges *c, const struct switch_record *r)
{
	enum switch_kind kind = LABEL_KIND(r->label);

	c->switches[kind]++;
	c->cost_ns[kind] += r->cost_ns;
	if (r->wait) {
		c->waits[WAIT_AFTER(r->wait)]++;
		c->wait_ns[WAIT_AFTER(r->wait)] += WAIT_NS(r->wait);
	}
	if (LABEL_FROM(r->label) != FROM_USER)
		return;
	c->user_switches[kind]++;
	c->user_cost_ns[kind] += r->cost_ns;
}

static inline void charges_add_out(struct charges *c, const struct switch_record *r)
{
	c->reasons[LABEL_REASON(r->label)]++;
}

/* These return the sum over all kinds. */
u64 charges_switches(const struct charges *c);
u64 charges_cost_ns(const struct charges *c);

/* These return the sum over whatever the waits followed. */
u64 charges_waits(const struct charges *c);
u64 charges_wait_ns(const struct charges *c);

/* Adds the tasks that `from` created; resident_bytes stays. */
void created_add(struct created *to, const struct created *from);

/* Returns by how much each member grew, as charges_since() does; resident_bytes is that of now. */
struct created created_since(const struct created *now, const struct created *before);

/* Whether it has any task. A creation may be timed whose count was lost. */
bool created_any(const struct created *c);

void charges_add(struct charges *to, const struct charges *from);

/* Subtracts `part`, of which no member may be more than that of `from`. */
void charges_subtract(struct charges *from, const struct charges *part);

/*
 * Returns by how much each member grew. A member that fell counts as not grown: an exec passes the
 * charges of one thread on to another one.
 */
struct charges charges_since(const struct charges *now, const struct charges *before);

#endif
