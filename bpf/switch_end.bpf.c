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
