/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef TVTRACED_BPF_RUN_QUEUE_H
#define TVTRACED_BPF_RUN_QUEUE_H

#include "vmlinux.h"

#include <bpf/bpf_core_read.h>

/*
 * The kernel's own count of switches on the CPU that runs `task`. Any task leads to the run queue
 * through its cfs_rq (FAIR_GROUP_SCHED); the `runqueues` symbol is not always in kallsyms. 0 where
 * the way is closed: `unseen` is unknown then.
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
