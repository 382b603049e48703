/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a group, or all that fell out of the tables, was charged with. Cumulative. */
#ifndef TVTRACED_CHARGES_H
#define TVTRACED_CHARGES_H

#include "record.h"

struct charges {
	u64 switches[NR_KINDS]; /* into its threads */
	u64 cost_ns[NR_KINDS];
	u64 reasons[NR_REASONS]; /* out of its threads */
};

void charges_add(struct charges *to, const struct charges *from);

/* How they grew. */
struct charges charges_since(const struct charges *now, const struct charges *before);

#endif
