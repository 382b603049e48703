// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Where a cross-mm switch loses its time: the time inside the interval that tvtraced calls the
 * cost (sched_switch to the end of the switch), and the time outside it (from that end to the next
 * sched_switch), both counted for the kind of the switch they follow. Only switches between tasks
 * of the workload count. What these programs take themselves is in neither of the two: each
 * program reads the clock first for the span that ends, and last for the one that begins.
 */
#include "vmlinux.h"

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

enum kind { OTHER, SAME_MM, CROSS_MM };
enum place { INSIDE, OUTSIDE, NR_PLACES };

enum {
	NR_SPANS = 2 * NR_PLACES, /* places of SAME_MM, then of CROSS_MM */
	/*
	 * Either span of this workload lasts well below 1 us. One above this bound holds an
	 * interrupt, or whatever the workload does between its windows; it is only counted.
	 */
	MAX_NS = 5000,
};

struct cpu_state {
	__u64 begin_ns; /* of the latest switch */
	__u64 end_ns;
	enum kind kind;
};

struct span {
	__u64 ns;
	__u64 count;
	__u64 outliers;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct cpu_state);
} states SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, NR_SPANS);
	__type(key, __u32);
	__type(value, struct span);
} spans SEC(".maps");

/* The workload is this process and its child. */
const volatile __s32 workload_tgid;

static __always_inline int of_workload(struct task_struct *task)
{
	return task->tgid == workload_tgid || task->real_parent->tgid == workload_tgid;
}

static __always_inline enum kind kind_of(struct task_struct *prev, struct task_struct *next)
{
	if (!of_workload(prev) || !of_workload(next))
		return OTHER;
	return prev->mm == next->mm ? SAME_MM : CROSS_MM;
}

static __always_inline struct cpu_state *state_of_this_cpu(void)
{
	__u32 key = 0;

	return bpf_map_lookup_elem(&states, &key);
}

static __always_inline void add(enum kind kind, enum place place, __u64 ns)
{
	__u32 key = (kind - SAME_MM) * NR_PLACES + place;
	struct span *span = bpf_map_lookup_elem(&spans, &key);

	if (!span)
		return;
	if (ns > MAX_NS) {
		span->outliers++;
		return;
	}
	span->ns += ns;
	span->count++;
}

SEC("tp_btf/sched_switch")
int BPF_PROG(outside_switch, bool preempt, struct task_struct *prev, struct task_struct *next)
{
	__u64 now = bpf_ktime_get_ns();
	struct cpu_state *state = state_of_this_cpu();
	enum kind kind = kind_of(prev, next);

	if (!state)
		return 0;
	if (state->kind != OTHER && kind != OTHER)
		add(state->kind, OUTSIDE, now - state->end_ns);
	state->kind = kind;
	state->begin_ns = bpf_ktime_get_ns();
	return 0;
}

SEC("tp_btf/sched_exit_tp")
int BPF_PROG(outside_switch_end, bool is_switch)
{
	__u64 now = bpf_ktime_get_ns();
	struct cpu_state *state = state_of_this_cpu();

	if (!is_switch || !state)
		return 0;
	if (state->kind != OTHER)
		add(state->kind, INSIDE, now - state->begin_ns);
	state->end_ns = bpf_ktime_get_ns();
	return 0;
}
