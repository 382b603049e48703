/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The label of a context switch: kind x from x reason. Each switch has exactly one label, so the
 * labels partition all switches. The BPF programs choose the label and userspace names it.
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

/* What kind of task prev was. An exiting task, which has no mm any more, is still FROM_USER. */
enum switch_from {
	FROM_USER,
	FROM_KTHREAD,
	FROM_IDLE,
	NR_FROMS,
};

/* How prev left the CPU. The rule is the one by which the kernel counts nvcsw and nivcsw. */
enum switch_reason {
	REASON_VOLUNTARY,
	REASON_PREEMPTED,
	NR_REASONS,
};

enum {
	/* Costs are kept per kind x from. */
	NR_CELLS = NR_KINDS * NR_FROMS,
	/* Switches are counted per kind x from x reason. */
	NR_LABELS = NR_CELLS * NR_REASONS,
};

/* The index of (kind, from) in an array of NR_CELLS. */
#define CELL_INDEX(kind, from) ((kind)*NR_FROMS + (from))
/*
 * The index of (kind, from, reason) in an array of NR_LABELS; label / NR_REASONS is the index of
 * its cell.
 */
#define LABEL_INDEX(kind, from, reason) (CELL_INDEX(kind, from) * NR_REASONS + (reason))

#define LABEL_KIND(label) ((enum switch_kind)((label) / (NR_FROMS * NR_REASONS)))
#define LABEL_FROM(label) ((enum switch_from)((label) / NR_REASONS % NR_FROMS))
#define LABEL_REASON(label) ((enum switch_reason)((label) % NR_REASONS))

#endif
