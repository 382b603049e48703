// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Reports the events in tasks' lives, from which userspace knows the task behind each tid. These
 * programs can be preempted and interrupted, so they use no per-CPU scratch memory: each reserves
 * its record in the ring buffer.
 */
#include "maps.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>

#include "creation.h"
#include "task_record.h"

u64 task_events_lost;
/* How many tasks of each kind were created; counted even if the event is lost. */
u64 creations[NR_CREATIONS];
/* The reader is woken when the fill of the ring buffer reaches this many bytes. */
const volatile u64 task_wakeup_bytes = 0;

/*
 * Several CPUs may add events at the same time, so perhaps none of them sees the fill exactly at
 * the threshold. Each event whose fill is in this window above it therefore wakes the reader.
 */
#define WAKEUP_WINDOW (16 * sizeof(struct task_record))

static __always_inline struct task_record *reserve(struct task_struct *task, u32 event)
{
	struct task_record *r = bpf_ringbuf_reserve(&task_ring, sizeof(*r), 0);

	if (r)
		task_record_fill(r, task, event);
	else
		/*
		 * The order is relaxed, because for a stronger one newer compilers emit an
		 * instruction that only Linux 5.12 and later know.
		 */
		__atomic_fetch_add(&task_events_lost, 1, __ATOMIC_RELAXED);
	return r;
}

static __always_inline void submit(struct task_record *r)
{
	u64 fill = bpf_ringbuf_query(&task_ring, BPF_RB_AVAIL_DATA);
	bool crossing = fill >= task_wakeup_bytes && fill < task_wakeup_bytes + WAKEUP_WINDOW;

	bpf_ringbuf_submit(r, crossing ? BPF_RB_FORCE_WAKEUP : BPF_RB_NO_WAKEUP);
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
	struct task_record *r;

	__atomic_fetch_add(&creations[creation_of(task, clone_flags)], 1, __ATOMIC_RELAXED);
	r = reserve(task, TASK_NEW);
	if (r)
		submit(r);
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
	submit(r);
	return 0;
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(sched_process_exec, struct task_struct *task, pid_t old_pid)
{
	struct task_record *r = reserve(task, TASK_EXEC);

	if (!r)
		return 0;
	r->other = old_pid;
	submit(r);
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
	submit(r);
	return 0;
}

SEC("tp_btf/sched_process_exit")
int BPF_PROG(sched_process_exit, struct task_struct *task)
{
	struct task_record *r = reserve(task, TASK_EXIT);

	if (r)
		submit(r);
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
		submit(r);
	return 0;
}
