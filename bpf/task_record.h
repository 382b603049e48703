/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef TVTRACED_BPF_TASK_RECORD_H
#define TVTRACED_BPF_TASK_RECORD_H

#include "vmlinux.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include "record.h"
#include "task_flags.h"

/* Fills all members of r, which may be uninitialized memory from a ring buffer. */
static __always_inline void task_record_fill(struct task_record *r, struct task_struct *task,
					     u32 event)
{
	r->ts_ns = bpf_ktime_get_ns();
	r->start_ns = task->start_boottime;
	r->leader_start_ns = task->group_leader->start_boottime;
	r->event = event;
	r->tid = task->pid;
	r->tgid = task->tgid;
	r->other = 0;
	r->kernel = !!(task->flags & PF_KTHREAD);
	r->creation = 0;
	r->cpu = bpf_get_smp_processor_id();
	bpf_probe_read_kernel_str(r->comm, sizeof(r->comm), task->comm);
	r->other_birth = 0;
}

/* Adds to the record of a new task what kind it is, and that the current task created it. */
static __always_inline void task_record_created(struct task_record *r, u32 kind)
{
	struct task_struct *creator = (void *)bpf_get_current_task();

	r->creation = kind;
	r->other = bpf_get_current_pid_tgid() >> 32;
	r->other_birth = BIRTH_OF(BPF_CORE_READ(creator, group_leader, start_boottime));
}

#endif
