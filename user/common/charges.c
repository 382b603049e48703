// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "common/charges.h"

static u64 sum_of(const u64 *v, int n)
{
	u64 sum = 0;

	for (int i = 0; i < n; i++)
		sum += v[i];
	return sum;
}

u64 charges_switches(const struct charges *c)
{
	return sum_of(c->switches, NR_KINDS);
}

u64 charges_cost_ns(const struct charges *c)
{
	return sum_of(c->cost_ns, NR_KINDS);
}

u64 charges_waits(const struct charges *c)
{
	return sum_of(c->waits, NR_WAITS);
}

u64 charges_wait_ns(const struct charges *c)
{
	return sum_of(c->wait_ns, NR_WAITS);
}

void charges_add(struct charges *to, const struct charges *from)
{
	for (int k = 0; k < NR_KINDS; k++) {
		to->switches[k] += from->switches[k];
		to->cost_ns[k] += from->cost_ns[k];
		to->user_switches[k] += from->user_switches[k];
		to->user_cost_ns[k] += from->user_cost_ns[k];
	}
	for (int r = 0; r < NR_REASONS; r++)
		to->reasons[r] += from->reasons[r];
	for (int w = 0; w < NR_WAITS; w++) {
		to->waits[w] += from->waits[w];
		to->wait_ns[w] += from->wait_ns[w];
	}
}

void created_add(struct created *to, const struct created *from)
{
	for (int k = 0; k < NR_CREATIONS; k++) {
		to->count[k] += from->count[k];
		to->timed[k] += from->timed[k];
		to->duration_ns[k] += from->duration_ns[k];
	}
}

void charges_subtract(struct charges *from, const struct charges *part)
{
	for (int k = 0; k < NR_KINDS; k++) {
		from->switches[k] -= part->switches[k];
		from->cost_ns[k] -= part->cost_ns[k];
		from->user_switches[k] -= part->user_switches[k];
		from->user_cost_ns[k] -= part->user_cost_ns[k];
	}
	for (int r = 0; r < NR_REASONS; r++)
		from->reasons[r] -= part->reasons[r];
	for (int w = 0; w < NR_WAITS; w++) {
		from->waits[w] -= part->waits[w];
		from->wait_ns[w] -= part->wait_ns[w];
	}
}

static u64 least(u64 a, u64 b)
{
	return a < b ? a : b;
}

static u64 growth(u64 now, u64 before)
{
	return now > before ? now - before : 0;
}

struct created created_since(const struct created *now, const struct created *before)
{
	struct created c = {.resident_bytes = now->resident_bytes};

	for (int k = 0; k < NR_CREATIONS; k++) {
		c.count[k] = growth(now->count[k], before->count[k]);
		c.timed[k] = growth(now->timed[k], before->timed[k]);
		c.duration_ns[k] = growth(now->duration_ns[k], before->duration_ns[k]);
	}
	return c;
}

bool created_any(const struct created *c)
{
	return sum_of(c->count, NR_CREATIONS) || sum_of(c->timed, NR_CREATIONS);
}

struct charges charges_since(const struct charges *now, const struct charges *before)
{
	struct charges c;

	for (int k = 0; k < NR_KINDS; k++) {
		c.switches[k] = growth(now->switches[k], before->switches[k]);
		c.cost_ns[k] = growth(now->cost_ns[k], before->cost_ns[k]);
		/* If the total fell but the part did not, the part would be more than the whole. */
		c.user_switches[k] = least(growth(now->user_switches[k], before->user_switches[k]),
					   c.switches[k]);
		c.user_cost_ns[k] =
			least(growth(now->user_cost_ns[k], before->user_cost_ns[k]), c.cost_ns[k]);
	}
	for (int r = 0; r < NR_REASONS; r++)
		c.reasons[r] = growth(now->reasons[r], before->reasons[r]);
	for (int w = 0; w < NR_WAITS; w++) {
		c.waits[w] = growth(now->waits[w], before->waits[w]);
		c.wait_ns[w] = growth(now->wait_ns[w], before->wait_ns[w]);
	}
	return c;
}
