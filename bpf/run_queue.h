/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef TVTRACED_BPF_RUN_QUEUE_H
#define TVTRACED_BPF_RUN_QUEUE_H

#include "vmlinux.h"

#include <bpf/bpf_core_read.h>

/*
 * Returns the kernel's own count of switches on the CPU that runs `task`. The run queue is found
 * through the task's cfs_rq, which any task has (FAIR_GROUP_SCHED), because the `runqueues` symbol
 * is not always in kallsyms. Returns 0 where a member is missing; `unseen` is then unknown.
 */
static __always_inline u64 run_queue_switches(struct task_struct *task)
{
	if (!bpf_core_field_exists(struct sched_entity, cfs_rq) ||
	    !bpf_core_field_exists(struct cfs_rq, rq) ||
	    !bpf_core_field_exists(struct rq, nr_switches))
		return 0;
	return BPF_CORE_READ(task, se.cfs_rq, rq, nr_switches);
}

#endif
