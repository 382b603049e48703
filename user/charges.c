// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "charges.h"

void charges_add(struct charges *to, const struct charges *from)
{
	for (int k = 0; k < NR_KINDS; k++) {
		to->switches[k] += from->switches[k];
		to->cost_ns[k] += from->cost_ns[k];
	}
	for (int r = 0; r < NR_REASONS; r++)
		to->reasons[r] += from->reasons[r];
}

static u64 growth(u64 now, u64 before)
{
	return now > before ? now - before : 0;
}

struct charges charges_since(const struct charges *now, const struct charges *before)
{
	struct charges c;

	for (int k = 0; k < NR_KINDS; k++) {
		c.switches[k] = growth(now->switches[k], before->switches[k]);
		c.cost_ns[k] = growth(now->cost_ns[k], before->cost_ns[k]);
	}
	for (int r = 0; r < NR_REASONS; r++)
		c.reasons[r] = growth(now->reasons[r], before->reasons[r]);
	return c;
}
