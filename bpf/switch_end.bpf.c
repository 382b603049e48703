// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * At the end of a switch: stores the cost into the record that sched_switch left open. There is one
 * program per cost source; userspace loads the one it chose (cost_source.c).
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

/*
 * This tracepoint exists since Linux 6.15. It also fires, with is_switch false, when the scheduler
 * picked the same task again.
 */
SEC("?tp_btf/sched_exit_tp")
int BPF_PROG(sched_exit, bool is_switch)
{
	u64 now = bpf_ktime_get_ns();

	if (!is_switch)
		return 0;
	return on_switch_end(now);
}

/*
 * The other two programs run at the entry of finish_task_switch, which the next task calls with
 * interrupts off; a new task calls it from schedule_tail.
 */
SEC("?fentry/finish_task_switch")
int BPF_PROG(switch_end_fentry)
{
	return on_switch_end(bpf_ktime_get_ns());
}

/*
 * Userspace attaches this program by the name that the compiler gave finish_task_switch, maybe that
 * of a clone.
 */
SEC("?kprobe")
int switch_end_kprobe(struct pt_regs *ctx)
{
	return on_switch_end(bpf_ktime_get_ns());
}
