// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Defines the maps that maps.h declares, once for the linked object. */
#include "vmlinux.h"

#include <bpf/bpf_helpers.h>

#include "record.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, struct cpu_state);
} cpus SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 1);
	__type(key, u32);
	__array(
		values, struct {
			__uint(type, BPF_MAP_TYPE_RINGBUF);
			__uint(max_entries, 4096);
		});
} rings SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} task_ring SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, WAITER_SETS);
	__type(key, u32);
	__type(value, struct waiter_set);
} waiters SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, CREATOR_SLOTS);
	__type(key, u32);
	__type(value, struct creator);
} creators SEC(".maps");

char LICENSE[] SEC("license") = "Dual BSD/GPL";
