/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * During which switches it was counted what they do to the TLB: the kernel counts events (flush,
 * reuse), and all other switches of that time did neither.
 */
#ifndef TVTRACED_COLLECT_TLB_COUNT_H
#define TVTRACED_COLLECT_TLB_COUNT_H

#include <stdbool.h>

#include "collect/snapshot.h"

/* Switches, and the events inside of them, as of one instant of each CPU. */
struct tlb_sums {
	u64 switches[NR_KINDS];
	u64 events[NR_KINDS][NR_TLB_EVENTS];
};

/* Times are CLOCK_MONOTONIC. An all-zero struct is valid: it was never counted. */
struct tlb_count {
	u64 since_ns;		 /* 0: it is not counted now */
	struct tlb_sums begun;	 /* as of since_ns */
	struct tlb_sums earlier; /* during earlier times */
	u64 counted_ns, last_ns; /* of these */
};

/*
 * Notes that the counting begins or ends at now_ns. `now` has the labels of all switches and the
 * events so far, which the kernel must be counting.
 */
void tlb_count_turn(struct tlb_count *t, bool on, const struct accounting *now, u64 now_ns);

/* Makes what is about the TLB in a of the labels and the events, which a has already. */
void tlb_count_fill(const struct tlb_count *t, struct accounting *a, u64 now_ns);

#endif
