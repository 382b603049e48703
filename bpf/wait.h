/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * How long a task has waited for a CPU, at the instant of the switch that lets it run.
 *
 * The kernel keeps three numbers in task->sched_info: last_queued is the run queue's clock when the
 * task was queued (0: it is not queued), run_delay the sum of its waits, and pcount how often it
 * arrived on a CPU. Directly after sched_switch, sched_info_arrive() adds the time since
 * last_queued to run_delay, by the run queue's clock as it stands. When a queued task is moved to
 * another CPU, the time up to then is added at once and last_queued begins anew, so one wait can
 * have several parts. The wait is therefore the growth of run_delay since the task's last arrival.
 */
#ifndef TVTRACED_BPF_WAIT_H
#define TVTRACED_BPF_WAIT_H

#include "maps.h"

/* False where the kernel lacks the numbers, or when they are not wanted. */
extern const volatile bool measure_waits;

/*
 * Tasks with neighbouring tids often run on several CPUs at the same time, so their sets are four
 * apart, which is 128 bytes: CPUs fetch cache lines in pairs.
 */
#define WAITER_SLOT(tid) (((tid) << 2 | ((tid) >> 14 & 3)) & (WAITER_SETS - 1))

#define WAITED_BITS 16
#define WAITED_MASK ((1ULL << WAITED_BITS) - 1)

/*
 * Makes an entry for a task, as the first of its set. Returns whether the set had one before, and
 * stores its `waited`.
 */
static __always_inline bool waiter_replace(struct waiter_set *set, u64 task, u64 waited,
					   u64 *before)
{
	struct waiter first = set->way[0], second;

	set->way[0].waited = waited;
	set->way[0].check = task ^ waited;
	*before = first.waited;
	if ((first.check ^ first.waited) == task)
		return true;
	second = set->way[1];
	set->way[1] = first;
	*before = second.waited;
	return (second.check ^ second.waited) == task;
}

/* Returns the wait of `next`, which is not the idle task, as the record's member. */
static __always_inline u64 wait_of(struct cpu_state *c, struct task_struct *next)
{
	u64 queued = next->sched_info.last_queued, total = next->sched_info.run_delay;
	u64 waited, before, part = 0;
	u32 slot = WAITER_SLOT(next->pid);
	struct waiter_set *set = bpf_map_lookup_elem(&waiters, &slot);
	bool known;

	if (!set)
		return 0;
	if (queued)
		part = next->se.cfs_rq->rq->clock - queued;
	total += part;
	waited = total << WAITED_BITS | (next->nivcsw & WAITED_MASK);
	/* The verifier allows no arithmetic with a pointer, but with what is read from memory. */
	c->next_task = (u64)next;
	known = waiter_replace(set, *(volatile u64 *)&c->next_task, waited, &before);
	if (!next->sched_info.pcount)
		return WAIT_OF(total, WAIT_START);
	if (!known)
		return WAIT_OF(part, WAIT_UNKNOWN);
	return WAIT_OF(((waited & ~WAITED_MASK) - (before & ~WAITED_MASK)) >> WAITED_BITS,
		       (waited ^ before) & WAITED_MASK ? WAIT_PREEMPTED : WAIT_WOKEN);
}

#endif
