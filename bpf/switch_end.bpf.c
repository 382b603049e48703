// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The end of a switch: stores the cost into the record that sched_switch left open. One program
 * per cost source; userspace loads the one it chose (cost_source.c).
 */
#include "maps.h"

#include <bpf/bpf_tracing.h>

#include "stage.h"

static __always_inline int on_switch_end(u64 now)
{
	struct cpu_state *c = cpu_state_of(bpf_get_smp_processor_id());

	if (c)
		finish_switch(c, now);
	return 0;
}

/* 6.15 and later. Fires with is_switch false when the scheduler picked the same task again. */
SEC("?tp_btf/sched_exit_tp")
int BPF_PROG(sched_exit, bool is_switch)
{
	u64 now = bpf_ktime_get_ns();

	if (!is_switch)
		return 0;
	return on_switch_end(now);
}

/*
 * The other two run at the entry of finish_task_switch, which the task that comes next calls with
 * interrupts off; a new task calls it from schedule_tail.
 */
SEC("?fentry/finish_task_switch")
int BPF_PROG(switch_end_fentry)
{
	return on_switch_end(bpf_ktime_get_ns());
}

/* Attached by name to whatever the compiler has made of the function. */
SEC("?kprobe")
int switch_end_kprobe(struct pt_regs *ctx)
{
	return on_switch_end(bpf_ktime_get_ns());
}
