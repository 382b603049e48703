// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The floor of the benchmark: programs on the tracepoints of tvtraced that do nothing. */
#include "vmlinux.h"

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

SEC("tp_btf/sched_switch")
int BPF_PROG(empty_switch)
{
	return 0;
}

SEC("tp_btf/sched_exit_tp")
int BPF_PROG(empty_switch_end)
{
	return 0;
}
