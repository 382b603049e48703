// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Reports the events in tasks' lives, from which userspace knows the task behind each tid. These
 * programs can be preempted and interrupted, so they use no per-CPU scratch memory: each reserves
 * its record in the ring buffer.
 */
#include "maps.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>

#include "creator.h"
#include "task_event.h"

u64 task_events_lost;
/* How many tasks of each kind were created; counted even if the event is lost. */
u64 creations[NR_CREATIONS];
const volatile u64 task_wakeup_bytes = 0;

static __always_inline struct task_record *reserve(struct task_struct *task, u32 event)
{
	struct task_record *r = task_event_reserve();

	if (r)
		task_record_fill(r, task, event);
	return r;
}

static __always_inline enum creation creation_of(struct task_struct *task, u64 clone_flags)
{
	if (task->flags & PF_KTHREAD)
		return CREATED_KERNEL;
	if (clone_flags & CLONE_THREAD)
		return CREATED_THREAD;
	return clone_flags & CLONE_VM ? CREATED_VM_PROCESS : CREATED_PROCESS;
}

SEC("tp_btf/task_newtask")
int BPF_PROG(task_newtask, struct task_struct *task, u64 clone_flags)
{
	enum creation kind = creation_of(task, clone_flags);
	struct task_record *r;

	creation_born(task, clone_flags, kind);
	if (creation_calibrate_tid)
		return 0;
	__atomic_fetch_add(&creations[kind], 1, __ATOMIC_RELAXED);
	r = reserve(task, TASK_NEW);
	if (!r)
		return 0;
	task_record_created(r, kind);
	task_event_submit(r);
	return 0;
}

SEC("tp_btf/sched_process_fork")
int BPF_PROG(sched_process_fork, struct task_struct *parent, struct task_struct *child)
{
	struct task_record *r = reserve(child, TASK_FORK);

	if (!r)
		return 0;
	r->other = parent->tgid;
	r->other_birth = BIRTH_OF(parent->group_leader->start_boottime);
	task_event_submit(r);
	return 0;
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(sched_process_exec, struct task_struct *task, pid_t old_pid)
{
	struct task_record *r = reserve(task, TASK_EXEC);

	if (!r)
		return 0;
	r->other = old_pid;
	task_event_submit(r);
	return 0;
}

SEC("tp_btf/task_rename")
int BPF_PROG(task_rename, struct task_struct *task, const char *comm)
{
	struct task_record *r = reserve(task, TASK_RENAME);

	if (!r)
		return 0;
	/*
	 * At this tracepoint the task still has its old name, so the new one is taken from the
	 * argument.
	 */
	bpf_probe_read_kernel_str(r->comm, sizeof(r->comm), comm);
	task_event_submit(r);
	return 0;
}

SEC("tp_btf/sched_process_exit")
int BPF_PROG(sched_process_exit, struct task_struct *task)
{
	struct task_record *r = reserve(task, TASK_EXIT);

	if (r)
		task_event_submit(r);
	return 0;
}

/*
 * The kernel calls this once, for the leader, when a whole thread group moves; with cgroup version
 * 1, once per hierarchy.
 */
SEC("tp_btf/cgroup_attach_task")
int BPF_PROG(cgroup_attach_task, struct cgroup *to, const char *path, struct task_struct *task)
{
	struct task_record *r = reserve(task, TASK_MOVED);

	if (r)
		task_event_submit(r);
	return 0;
}
