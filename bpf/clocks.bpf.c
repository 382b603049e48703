// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Reads the clocks that timestamp the records, as the kernel sees them: a daemon in its own time
 * namespace reads other values, just as it has another id in its own pid namespace. Also notices
 * suspensions, in which CLOCK_MONOTONIC stops but CLOCK_BOOTTIME does not.
 */
#include "maps.h"

#include <bpf/bpf_tracing.h>

/* Both clocks at the same instant, as of the last run of `clocks`. */
volatile u64 clock_monotonic_ns = 0;
volatile u64 clock_boottime_ns = 0;

/* Ids of the task that runs `clocks`, in the host's pid namespace. */
volatile u32 host_tgid = 0;
volatile u32 host_tid = 0;

/*
 * The lead of CLOCK_BOOTTIME over CLOCK_MONOTONIC that userspace knows; userspace sets the initial
 * value.
 */
volatile u64 boottime_lead_ns = 0;

/* Userspace runs this with BPF_PROG_TEST_RUN. */
SEC("raw_tp/clocks")
int clocks(void *ctx)
{
	clock_monotonic_ns = bpf_ktime_get_ns();
	clock_boottime_ns = bpf_ktime_get_boot_ns();
	host_tgid = bpf_get_current_pid_tgid() >> 32;
	host_tid = (u32)bpf_get_current_pid_tgid();
	return 0;
}

/*
 * The kernel calls this at each step of a suspension. The first call after the suspension comes
 * with interrupts off and no other CPU online, so no switch is recorded before this event.
 */
SEC("?tp_btf/suspend_resume")
int BPF_PROG(suspend_resume)
{
	u64 now = bpf_ktime_get_ns(), lead = bpf_ktime_get_boot_ns() - now;
	struct task_record *r;

	if (lead - boottime_lead_ns < CLOCK_SLACK_NS || boottime_lead_ns - lead < CLOCK_SLACK_NS)
		return 0;
	r = bpf_ringbuf_reserve(&task_ring, sizeof(*r), 0);
	/* Without the event, userspace notices the step itself, only later. */
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
