/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a thread, a group, or all that fell out of the tables, was charged with. Cumulative. */
#ifndef TVTRACED_COMMON_CHARGES_H
#define TVTRACED_COMMON_CHARGES_H

#include "record.h"

struct charges {
	u64 switches[NR_KINDS]; /* into its threads */
	u64 cost_ns[NR_KINDS];
	/* The part of them that came from another task of a program: neither idle nor the kernel.
	 */
	u64 user_switches[NR_KINDS];
	u64 user_cost_ns[NR_KINDS];
	u64 reasons[NR_REASONS]; /* out of its threads */
};

/* Charges a switch into one of its threads; one out of one of its threads. See LABEL_INDEX. */
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

/* Of all kinds. */
u64 charges_switches(const struct charges *c);
u64 charges_cost_ns(const struct charges *c);

void charges_add(struct charges *to, const struct charges *from);

/* `part` must be a part of `from`. */
void charges_subtract(struct charges *from, const struct charges *part);

/* How they grew; what fell (an exec hands a thread's on to another one) has not. */
struct charges charges_since(const struct charges *now, const struct charges *before);

#endif
