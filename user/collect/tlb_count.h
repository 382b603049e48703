/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * During which switches it was counted what they do to the TLB: the kernel counts events (flush,
 * reuse), and all other switches of that time did neither.
 */
#ifndef TVTRACED_COLLECT_TLB_COUNT_H
#define TVTRACED_COLLECT_TLB_COUNT_H

#include <stdbool.h>

#include "collect/snapshot.h"

/* Times are CLOCK_MONOTONIC. An all-zero struct is valid: it was never counted. */
struct tlb_count {
	u64 since_ns;		 /* 0: it is not counted now */
	u64 begun[NR_KINDS];	 /* switches as of since_ns */
	u64 switches[NR_KINDS];	 /* during earlier times */
	u64 counted_ns, last_ns; /* of these */
};

/* Notes that the counting begins or ends at now_ns. labels: all switches so far. */
void tlb_count_turn(struct tlb_count *t, bool on, const u64 labels[NR_LABELS], u64 now_ns);

/* Completes what is about the TLB in a, which has the labels and the events already. */
void tlb_count_fill(const struct tlb_count *t, struct accounting *a, u64 now_ns);

#endif
