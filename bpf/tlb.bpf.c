// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Counts what switches do to the TLB. The kernel calls tlb_flush (x86) when it loads page tables,
 * inside of a switch; the program therefore lengthens the cost of every switch that changes the
 * address space, and is loaded only if it is wanted.
 */
#include "maps.h"

#include <bpf/bpf_tracing.h>

/* TLB_FLUSH_ON_TASK_SWITCH in linux/mm_types.h; the others are not about switches. */
#define ON_TASK_SWITCH 0

/*
 * pages is 0 if the entries stay. The kernel also reports ON_TASK_SWITCH outside of switches (after
 * an exec, for one), when no record is open.
 */
SEC("?tp_btf/tlb_flush")
int BPF_PROG(tlb_flush, int reason, unsigned long pages)
{
	struct cpu_state *c = cpu_state_of(bpf_get_smp_processor_id());
	u32 kind;

	if (reason != ON_TASK_SWITCH || !c || !c->open)
		return 0;
	kind = LABEL_KIND(c->batch[(c->open - 1) & (BATCH_RECORDS - 1)].label);
	barrier_var(kind); /* the check must be of the register that is the index */
	if (kind < NR_KINDS)
		c->tlb[kind][pages ? TLB_FLUSH : TLB_REUSE]++;
	return 0;
}
