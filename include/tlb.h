/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a switch did to the TLB (x86), by the tracepoint tlb_flush inside of it. */
#ifndef TVTRACED_TLB_H
#define TVTRACED_TLB_H

enum tlb_outcome {
	TLB_FLUSH, /* page tables were loaded, and all entries dropped */
	TLB_REUSE, /* page tables were loaded whose entries were still there (PCID) */
	NR_TLB_EVENTS,
	TLB_NONE = NR_TLB_EVENTS, /* neither: the page tables stayed */
	NR_TLB_OUTCOMES,
};

#endif
