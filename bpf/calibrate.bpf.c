// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What the two switch programs cost by themselves, measured before they are attached: the same
 * code, one after the other on task_rename, which userspace triggers with prctl(PR_SET_NAME).
 * No switch lies between the two, so the "cost" that the second one stores is the probes' own
 * share of every cost: the bias. Entering a kprobe takes much longer than entering a program on a
 * tracepoint or an fentry, so that has an end of its own, on a function that comes right after.
 */
#include "maps.h"

#include <bpf/bpf_tracing.h>

#include "stage.h"

/* The caller's tid; its renames alone are measured. */
volatile u32 calibrate_tid = 0;
/* Element of `cpus` to work on: one that belongs to no CPU. */
volatile u32 calibrate_slot = 0;
/* Index of the record to stage; TIMED_RECORD also times the staging. */
volatile u32 calibrate_record = 0;

SEC("?tp_btf/task_rename")
int BPF_PROG(calibrate_switch, struct task_struct *task)
{
	struct cpu_state *c;

	if ((u32)task->pid != calibrate_tid)
		return 0;
	c = cpu_state_of(calibrate_slot);
	if (!c)
		return 0;
	c->staged = calibrate_record;
	stage_switch(c, false, task, task, 0);
	return 0;
}

static __always_inline int on_end(u64 now)
{
	struct cpu_state *c;

	if ((u32)bpf_get_current_pid_tgid() != calibrate_tid)
		return 0;
	c = cpu_state_of(calibrate_slot);
	if (c)
		finish_switch(c, now);
	return 0;
}

SEC("?tp_btf/task_rename")
int BPF_PROG(calibrate_end_tp)
{
	return on_end(bpf_ktime_get_ns());
}

/* Attached by name, see cost_source.c. */
SEC("?kprobe")
int calibrate_end_kprobe(struct pt_regs *ctx)
{
	return on_end(bpf_ktime_get_ns());
}
