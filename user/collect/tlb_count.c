// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "collect/tlb_count.h"

static struct tlb_sums sums_of(const struct accounting *a)
{
	struct tlb_sums s = {0};

	for (int i = 0; i < NR_LABELS; i++)
		s.switches[LABEL_KIND(i)] += a->labels[i];
	for (int k = 0; k < NR_KINDS; k++)
		for (int e = 0; e < NR_TLB_EVENTS; e++)
			s.events[k][e] = a->tlb[k][e];
	return s;
}

/* Adds to `to` what came from `begun` to `now`. */
static void add_growth(struct tlb_sums *to, const struct tlb_sums *now,
		       const struct tlb_sums *begun)
{
	for (int k = 0; k < NR_KINDS; k++) {
		to->switches[k] += now->switches[k] - begun->switches[k];
		for (int e = 0; e < NR_TLB_EVENTS; e++)
			to->events[k][e] += now->events[k][e] - begun->events[k][e];
	}
}

void tlb_count_turn(struct tlb_count *t, bool on, const struct accounting *now, u64 now_ns)
{
	struct tlb_sums sums = sums_of(now);

	if (on == (t->since_ns != 0))
		return;
	if (on) {
		t->begun = sums;
		t->since_ns = now_ns;
		return;
	}
	add_growth(&t->earlier, &sums, &t->begun);
	t->counted_ns += now_ns - t->since_ns;
	t->last_ns = now_ns;
	t->since_ns = 0;
}

void tlb_count_fill(const struct tlb_count *t, struct accounting *a, u64 now_ns)
{
	struct tlb_sums now = sums_of(a), counted = t->earlier;

	if (t->since_ns)
		add_growth(&counted, &now, &t->begun);
	a->tlb_counting = t->since_ns;
	a->tlb_counted_ns = t->counted_ns + (t->since_ns ? now_ns - t->since_ns : 0);
	a->tlb_last_ns = t->since_ns ? now_ns : t->last_ns;
	for (int k = 0; k < NR_KINDS; k++) {
		u64 events = 0;

		for (int e = 0; e < NR_TLB_EVENTS; e++) {
			a->tlb[k][e] = counted.events[k][e];
			events += counted.events[k][e];
		}
		/* A CPU that was flushed inside of a switch may have counted its event alone. */
		a->tlb[k][TLB_NONE] =
			counted.switches[k] > events ? counted.switches[k] - events : 0;
	}
}
