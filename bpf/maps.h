/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The maps that the BPF programs share and that userspace reads. */
#ifndef TVTRACED_BPF_MAPS_H
#define TVTRACED_BPF_MAPS_H

#include "vmlinux.h"

#include <bpf/bpf_helpers.h>

#include "record.h"

/*
 * One element per possible CPU, and one for calibration whose spill is the first spare one;
 * userspace sets the size before loading.
 */
extern struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, struct cpu_state);
} cpus SEC(".maps");

/* One ring buffer per CPU that has been online, for batches of switch records. */
extern struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 1);
	__type(key, u32);
	__array(
		values, struct {
			__uint(type, BPF_MAP_TYPE_RINGBUF);
			__uint(max_entries, 4096);
		});
} rings SEC(".maps");

/* One ring buffer for all CPUs, for the rare events in tasks' lives. */
extern struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} task_ring SEC(".maps");

/* What each task has waited, by WAITER_SLOT() of its tid. */
extern struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, WAITER_SETS);
	__type(key, u32);
	__type(value, struct waiter_set);
} waiters SEC(".maps");

/* The creations under way. */
extern struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, CREATOR_SLOTS);
	__type(key, u32);
	__type(value, struct creator);
} creators SEC(".maps");

static __always_inline struct cpu_state *cpu_state_of(u32 cpu)
{
	return bpf_map_lookup_elem(&cpus, &cpu);
}

#endif
