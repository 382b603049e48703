/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The label of a context switch: kind x from x reason, a complete partition of all switches.
 * Shared by the BPF programs, which decide it, and userspace, which names it.
 */
#ifndef TVTRACED_LABEL_H
#define TVTRACED_LABEL_H

/* What the switch did to the CPU's address space. */
enum switch_kind {
	KIND_THREAD,  /* next->mm == prev->active_mm: the same address space stays loaded */
	KIND_PROCESS, /* next->mm is another address space */
	KIND_KTHREAD, /* next has no mm and is not the idle task: lazy TLB */
	KIND_IDLE,    /* next is the idle task of this CPU */
	NR_KINDS,
};

/* What prev was. An exiting task has no mm any more and is still FROM_USER. */
enum switch_from {
	FROM_USER,
	FROM_KTHREAD,
	FROM_IDLE,
	NR_FROMS,
};

/* How prev left, by the rule of the kernel's own nvcsw and nivcsw counters. */
enum switch_reason {
	REASON_VOLUNTARY,
	REASON_PREEMPTED,
	NR_REASONS,
};

enum {
	/* kind x from: the resolution at which cost is kept. */
	NR_CELLS = NR_KINDS * NR_FROMS,
	/* kind x from x reason: the resolution at which switches are counted. */
	NR_LABELS = NR_CELLS * NR_REASONS,
};

/* Index of (kind, from) in an array of NR_CELLS. */
#define CELL_INDEX(kind, from) ((kind)*NR_FROMS + (from))
/* Index of (kind, from, reason) in an array of NR_LABELS; label / NR_REASONS is its cell. */
#define LABEL_INDEX(kind, from, reason) (CELL_INDEX(kind, from) * NR_REASONS + (reason))

#define LABEL_KIND(label) ((enum switch_kind)((label) / (NR_FROMS * NR_REASONS)))
#define LABEL_FROM(label) ((enum switch_from)((label) / NR_REASONS % NR_FROMS))
#define LABEL_REASON(label) ((enum switch_reason)((label) % NR_REASONS))

#endif
