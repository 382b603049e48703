// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "collect/tlb_count.h"

#include <string.h>

static void add_by_kind(u64 sum[NR_KINDS], const u64 labels[NR_LABELS])
{
	for (int i = 0; i < NR_LABELS; i++)
		sum[LABEL_KIND(i)] += labels[i];
}

void tlb_count_turn(struct tlb_count *t, bool on, const u64 labels[NR_LABELS], u64 now_ns)
{
	u64 switches[NR_KINDS] = {0};

	if (on == (t->since_ns != 0))
		return;
	add_by_kind(switches, labels);
	if (on) {
		memcpy(t->begun, switches, sizeof(switches));
		t->since_ns = now_ns;
		return;
	}
	for (int k = 0; k < NR_KINDS; k++)
		t->switches[k] += switches[k] - t->begun[k];
	t->counted_ns += now_ns - t->since_ns;
	t->last_ns = now_ns;
	t->since_ns = 0;
}

void tlb_count_fill(const struct tlb_count *t, struct accounting *a, u64 now_ns)
{
	u64 switches[NR_KINDS] = {0};

	a->tlb_counting = t->since_ns;
	a->tlb_counted_ns = t->counted_ns + (t->since_ns ? now_ns - t->since_ns : 0);
	a->tlb_last_ns = t->since_ns ? now_ns : t->last_ns;
	if (t->since_ns)
		add_by_kind(switches, a->labels);
	for (int k = 0; k < NR_KINDS; k++) {
		u64 all = t->switches[k] + switches[k] - (t->since_ns ? t->begun[k] : 0);
		u64 events = a->tlb[k][TLB_FLUSH] + a->tlb[k][TLB_REUSE];

		/* A CPU that was flushed inside of a switch may have counted its event alone. */
		a->tlb[k][TLB_NONE] = all > events ? all - events : 0;
	}
}
