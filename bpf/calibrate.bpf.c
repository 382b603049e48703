// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Measures what the two switch programs cost by themselves, before they are attached. The same code
 * runs twice on the task_rename tracepoint, which userspace triggers with prctl(PR_SET_NAME): first
 * as the start, then as the end of a switch. There is no switch in between, so the "cost" that the
 * end stores is the probes' own share of every measured cost: the bias. Entering a kprobe takes
 * much longer than entering a tracepoint or fentry program, so the kprobe has an end program of its
 * own, on a function that the kernel calls right after task_rename.
 */
#include "maps.h"

#include <bpf/bpf_tracing.h>

#include "stage.h"

/* tid of the calling thread; only renames of this thread are measured. */
volatile u32 calibrate_tid = 0;
/* Index in `cpus` of the element to use, which belongs to no CPU. */
volatile u32 calibrate_slot = 0;
/* Index of the record to stage; with TIMED_RECORD the staging is timed, too. */
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

/* Userspace attaches this program to a function by name, see cost_source.c. */
SEC("?kprobe")
int calibrate_end_kprobe(struct pt_regs *ctx)
{
	return on_end(bpf_ktime_get_ns());
}
