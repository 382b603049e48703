// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The clocks that records are stamped with, as the kernel reads them: a daemon in a time namespace
 * of its own reads others, as it goes by another id in a pid namespace of its own. And what a
 * suspension makes of them: CLOCK_MONOTONIC stops in it, CLOCK_BOOTTIME does not.
 */
#include "maps.h"

#include <bpf/bpf_tracing.h>

/* Both at one instant, as of the last run of `clocks`. */
volatile u64 clock_monotonic_ns = 0;
volatile u64 clock_boottime_ns = 0;

/* The thread group of the caller, by its id in the host's pid namespace. */
volatile u32 host_tgid = 0;

/* How far CLOCK_BOOTTIME was ahead when it was last told of; userspace sets it first. */
volatile u64 boottime_lead_ns = 0;

/* Run by BPF_PROG_TEST_RUN. */
SEC("raw_tp/clocks")
int clocks(void *ctx)
{
	clock_monotonic_ns = bpf_ktime_get_ns();
	clock_boottime_ns = bpf_ktime_get_boot_ns();
	host_tgid = bpf_get_current_pid_tgid() >> 32;
	return 0;
}

/*
 * Called at each step of a suspension; the first of them after it is over runs with interrupts off
 * and no other CPU up, so no switch comes in between.
 */
SEC("?tp_btf/suspend_resume")
int BPF_PROG(suspend_resume)
{
	u64 now = bpf_ktime_get_ns(), lead = bpf_ktime_get_boot_ns() - now;
	struct task_record *r;

	if (lead - boottime_lead_ns < CLOCK_SLACK_NS || boottime_lead_ns - lead < CLOCK_SLACK_NS)
		return 0;
	r = bpf_ringbuf_reserve(&task_ring, sizeof(*r), 0);
	/* Userspace will notice by itself, only later. */
	if (!r)
		return 0;
	boottime_lead_ns = lead;
	__builtin_memset(r, 0, sizeof(*r));
	r->ts_ns = now;
	r->event = CLOCK_STEPPED;
	r->start_ns = lead;
	bpf_ringbuf_submit(r, 0);
	return 0;
}
