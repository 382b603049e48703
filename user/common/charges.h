/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What a thread, a thread group, or everything that has left the tables was charged with. All
 * members are cumulative.
 */
#ifndef TVTRACED_COMMON_CHARGES_H
#define TVTRACED_COMMON_CHARGES_H

#include "record.h"

struct charges {
	u64 switches[NR_KINDS]; /* switches into its threads */
	u64 cost_ns[NR_KINDS];
	/* The part of these that came from a user task: neither idle nor a kernel thread. */
	u64 user_switches[NR_KINDS];
	u64 user_cost_ns[NR_KINDS];
	u64 reasons[NR_REASONS]; /* switches out of its threads */
};

/*
 * charges_add_in() charges a switch into one of the threads that c counts, and charges_add_out()
 * one out of them. See LABEL_INDEX for label.
 */
static inline void charges_add_in(struct charges *c, u32 label, u64 cost_ns)
{
	enum switch_kind kind = LABEL_KIND(label);

	c->switches[kind]++;
	c->cost_ns[kind] += cost_ns;
	if (LABEL_FROM(label) != FROM_USER)
		return;
	c->user_switches[kind]++;
	c->user_cost_ns[kind] += cost_ns;
}

static inline void charges_add_out(struct charges *c, u32 label)
{
	c->reasons[LABEL_REASON(label)]++;
}

/* These return the sum over all kinds. */
u64 charges_switches(const struct charges *c);
u64 charges_cost_ns(const struct charges *c);

void charges_add(struct charges *to, const struct charges *from);

/* Subtracts `part`, of which no member may be more than that of `from`. */
void charges_subtract(struct charges *from, const struct charges *part);

/*
 * Returns by how much each member grew. A member that fell counts as not grown: an exec passes the
 * charges of one thread on to another one.
 */
struct charges charges_since(const struct charges *now, const struct charges *before);

#endif
