// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "common/names.h"

const char *const kind_names[NR_KINDS] = {
	[KIND_THREAD] = "thread",
	[KIND_PROCESS] = "process",
	[KIND_KTHREAD] = "kthread",
	[KIND_IDLE] = "idle",
};

const char *const from_names[NR_FROMS] = {
	[FROM_USER] = "user",
	[FROM_KTHREAD] = "kthread",
	[FROM_IDLE] = "idle",
};

const char *const reason_names[NR_REASONS] = {
	[REASON_VOLUNTARY] = "voluntary",
	[REASON_PREEMPTED] = "preempted",
};

const char *const wait_names[NR_WAITS] = {
	[WAIT_WOKEN] = "woken",
	[WAIT_PREEMPTED] = "preempted",
	[WAIT_START] = "start",
	[WAIT_UNKNOWN] = "unknown",
};

const char *const creation_names[NR_CREATIONS] = {
	[CREATED_THREAD] = "thread",
	[CREATED_PROCESS] = "process",
	[CREATED_VM_PROCESS] = "vm_process",
	[CREATED_KERNEL] = "kernel",
};

const char *const tlb_names[NR_TLB_OUTCOMES] = {
	[TLB_FLUSH] = "flush",
	[TLB_REUSE] = "reuse",
	[TLB_NONE] = "none",
};
