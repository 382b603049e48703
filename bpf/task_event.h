/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Sends an event in a task's life. Several CPUs may do so at the same time. */
#ifndef TVTRACED_BPF_TASK_EVENT_H
#define TVTRACED_BPF_TASK_EVENT_H

#include "maps.h"

#include "task_record.h"

/* Events for which the ring buffer had no room. */
extern u64 task_events_lost;
/* The reader is woken when the fill of the ring buffer reaches this many bytes. */
extern const volatile u64 task_wakeup_bytes;

/*
 * Several CPUs may add events at the same time, so perhaps none of them sees the fill exactly at
 * the threshold. Each event whose fill is in this window above it therefore wakes the reader.
 */
#define WAKEUP_WINDOW (16 * sizeof(struct task_record))

/* Returns room for an event, which must be submitted or discarded; NULL: it counts as lost. */
static __always_inline struct task_record *task_event_reserve(void)
{
	struct task_record *r = bpf_ringbuf_reserve(&task_ring, sizeof(*r), 0);

	if (!r)
		/*
		 * The order is relaxed, because for a stronger one newer compilers emit an
		 * instruction that only Linux 5.12 and later know.
		 */
		__atomic_fetch_add(&task_events_lost, 1, __ATOMIC_RELAXED);
	return r;
}

static __always_inline void task_event_submit(struct task_record *r)
{
	u64 fill = bpf_ringbuf_query(&task_ring, BPF_RB_AVAIL_DATA);
	bool crossing = fill >= task_wakeup_bytes && fill < task_wakeup_bytes + WAKEUP_WINDOW;

	bpf_ringbuf_submit(r, crossing ? BPF_RB_FORCE_WAKEUP : BPF_RB_NO_WAKEUP);
}

#endif
