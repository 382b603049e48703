// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * On sched_switch: labels the switch, counts it, and stages its record. The programs run with
 * interrupts off under the run-queue lock, so nothing else on this CPU can touch the state
 * meanwhile.
 */
#include "maps.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>

#include "batch.h"
#include "run_queue.h"
#include "stage.h"

const volatile bool measure_waits = false;

/* Before Linux 5.14 the state field of task_struct had another name. */
struct task_struct___before_5_14 {
	volatile long state;
} __attribute__((preserve_access_index));

/*
 * Starts the counting at a CPU's first switch; later, once per batch, sends the full batch and
 * measures the time that takes.
 */
static __always_inline void batch_turn(struct cpu_state *c, u32 cpu, struct task_struct *next)
{
	u64 start = bpf_ktime_get_ns();

	if (!c->started) {
		c->started = 1;
		/* The kernel has already counted this switch before the tracepoint. */
		c->nr_switches_base = run_queue_switches(next) - 1;
		return;
	}
	batch_push(cpu);
	c->push_ns += elapsed(start, bpf_ktime_get_ns());
	c->pushes++;
}

static __always_inline int on_switch(bool preempt, struct task_struct *prev,
				     struct task_struct *next, u32 prev_state)
{
	u32 cpu = bpf_get_smp_processor_id();
	struct cpu_state *c = cpu_state_of(cpu);

	if (!c)
		return 0;
	if (c->staged >= BATCH_RECORDS || !c->started)
		batch_turn(c, cpu, next);
	stage_switch(c, preempt, prev, next, prev_state);
	return 0;
}

SEC("?tp_btf/sched_switch")
int BPF_PROG(sched_switch, bool preempt, struct task_struct *prev, struct task_struct *next,
	     unsigned int prev_state)
{
	return on_switch(preempt, prev, next, prev_state);
}

/* Before Linux 5.18 the tracepoint has no fourth argument, so the state is read from the task. */
SEC("?tp_btf/sched_switch")
int BPF_PROG(sched_switch_3, bool preempt, struct task_struct *prev, struct task_struct *next)
{
	struct task_struct___before_5_14 *old = (void *)prev;
	u32 state;

	if (bpf_core_field_exists(old->state))
		state = BPF_CORE_READ(old, state);
	else
		state = BPF_CORE_READ(prev, __state);
	return on_switch(preempt, prev, next, state);
}
