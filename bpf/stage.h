/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The two steps of a switch's record: sched_switch stages the record, and the program at the switch
 * end finishes it. The code is separate from the programs so that calibration runs exactly the same
 * code.
 */
#ifndef TVTRACED_BPF_STAGE_H
#define TVTRACED_BPF_STAGE_H

#include "maps.h"

#include "task_flags.h"
#include "wait.h"

static __always_inline u32 kind_of(struct task_struct *prev, struct task_struct *next)
{
	struct mm_struct *mm = next->mm;

	if (!mm)
		return next->pid ? KIND_KTHREAD : KIND_IDLE;
	return mm == prev->active_mm ? KIND_THREAD : KIND_PROCESS;
}

static __always_inline u32 from_of(struct task_struct *prev)
{
	if (!prev->pid)
		return FROM_IDLE;
	return prev->flags & PF_KTHREAD ? FROM_KTHREAD : FROM_USER;
}

/*
 * Returns the time between two clock reads, or 0 when the clock ran backwards, as an untrusted
 * clock source may.
 */
static __always_inline u64 elapsed(u64 from, u64 to)
{
	return to > from ? to - from : 0;
}

/*
 * Labels, counts and stages one switch in c, whose batch must have room. The staging of one record
 * in each batch is timed with two more clock reads, to know the probes' own cost.
 */
static __always_inline void stage_switch(struct cpu_state *c, bool preempt,
					 struct task_struct *prev, struct task_struct *next,
					 u32 prev_state)
{
	u32 i = c->staged & (BATCH_RECORDS - 1), label;
	struct switch_record *r;
	u64 start = 0;

	if (i == TIMED_RECORD)
		start = bpf_ktime_get_ns();

	label = LABEL_INDEX(kind_of(prev, next), from_of(prev),
			    !preempt && prev_state ? REASON_VOLUNTARY : REASON_PREEMPTED);
	if (label < NR_LABELS)
		c->labels[label]++;
	c->seen++;

	r = &c->batch[i];
	r->prev_tid = prev->pid;
	r->next_tid = next->pid;
	r->prev_birth = BIRTH_OF(prev->start_boottime);
	r->next_birth = BIRTH_OF(next->start_boottime);
	r->label = label;
	r->next_prio = next->prio;
	if (prev_state & PREV_STATE_DEAD)
		prev_state |= prev->exit_state;
	r->prev_state = (prev_state & ~PREV_STATE_PREEMPTED) | (preempt ? PREV_STATE_PREEMPTED : 0);
	r->cost_ns = 0;
	r->wait = measure_waits && next->pid ? wait_of(c, next) : 0;
	c->staged = i + 1;
	c->open = i + 1;
	if (start) {
		c->probe_ns += elapsed(start, bpf_ktime_get_ns());
		c->probe_samples++;
	}
	/*
	 * The measured interval begins with this clock read, so nothing but the store may follow.
	 */
	r->ts_ns = bpf_ktime_get_ns();
}

/*
 * Stores the cost into the open record; now is the end program's first clock read. Interrupts are
 * on in sched_exit_tp, so a flush may interrupt at any point and move the open record to the front
 * of the batch (flush.bpf.c); the cost then went to the old place, and is stored again at the new
 * one. The current task must be the next task of the open record; if it is another one, switches in
 * between were not seen, and their time is no cost.
 */
static __always_inline void finish_switch(struct cpu_state *c, u64 now)
{
	u32 open = *(volatile u32 *)&c->open;
	struct switch_record *r;
	u64 cost;

	r = &c->batch[(open - 1) & (BATCH_RECORDS - 1)];
	if (!open || r->next_tid != (u32)bpf_get_current_pid_tgid()) {
		c->open = 0;
		return;
	}
	cost = now - r->ts_ns;
	if (!cost)
		cost = 1; /* 0 means not measured */
	/* The clock ran backwards, or the whole machine stood still. */
	if (cost > 0xffffffff)
		cost = 0;
	*(volatile u32 *)&r->cost_ns = cost;
	if (*(volatile u32 *)&c->open != open)
		c->batch[0].cost_ns = cost;
	c->open = 0;
}

#endif
