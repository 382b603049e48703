// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The limit of the benchmark: whoever measures the cost of a switch reads the clock at both of its
 * ends. These programs on the tracepoints of tvtraced do nothing else.
 */
#include "vmlinux.h"

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

SEC("tp_btf/sched_switch")
int BPF_PROG(clock_switch)
{
	bpf_ktime_get_ns();
	return 0;
}

SEC("tp_btf/sched_exit_tp")
int BPF_PROG(clock_switch_end)
{
	bpf_ktime_get_ns();
	return 0;
}
