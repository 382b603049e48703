// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "capture/trace_ftrace.h"

#include <stdlib.h>

#include "capture/track_event.h"
#include "capture_format.h"
#include "capture/trace_head.h"
#include "common/alloc.h"
#include "trace.pb-c.h"

struct waking {
	u64 ts_ns;
	u32 at; /* index of the switch that ended the wait */
};

struct trace_ftrace {
	struct trace_out *out;
	struct trace_names *names;
	const struct trace_clock *clock;
	u32 bundles;
	/* Buffers for the arrays of one bundle. */
	uint64_t timestamps[TRACE_BUNDLE_MOST];
	int64_t prev_states[TRACE_BUNDLE_MOST];
	int32_t pids[TRACE_BUNDLE_MOST], prios[TRACE_BUNDLE_MOST], cpus[TRACE_BUNDLE_MOST];
	uint32_t comm_indices[TRACE_BUNDLE_MOST], flags[TRACE_BUNDLE_MOST];
	char *comms[TRACE_BUNDLE_MOST];
	struct waking wakings[TRACE_BUNDLE_MOST];
};

struct trace_ftrace *trace_ftrace_new(struct trace_out *out, struct trace_names *names,
				      const struct trace_clock *clock)
{
	struct trace_ftrace *f = xcalloc(1, sizeof(*f));

	f->out = out;
	f->names = names;
	f->clock = clock;
	return f;
}

void trace_ftrace_free(struct trace_ftrace *f)
{
	free(f);
}

/* Follows linux/sched.h, and __trace_sched_switch_state() in the kernel's trace/events/sched.h. */
u32 trace_prev_state(u16 state)
{
	enum {
		REPORTED = 0x7f,
		REPORTED_IDLE = 0x80,
		UNINTERRUPTIBLE = 2,
		IDLE = 0x402,
		RTLOCK_WAIT = 0x1000,
		FROZEN = 0x8000, /* since 6.1 */
	};
	u32 reported = state & REPORTED;

	if (state & PREV_STATE_PREEMPTED)
		return PREV_STATE_PREEMPTED;
	if ((state & IDLE) == IDLE)
		return REPORTED_IDLE;
	if (state & (RTLOCK_WAIT | FROZEN))
		reported |= UNINTERRUPTIBLE;
	while (reported & (reported - 1)) /* keep only the highest bit */
		reported &= reported - 1;
	return reported;
}

static u64 boottime(const struct trace_ftrace *f, u64 ns)
{
	return trace_clock_boottime(f->clock, ns);
}

static struct trace_name *name_of(struct trace_ftrace *f, u32 tid, u32 birth, u64 ts_ns)
{
	return trace_names_at(f->names, trace_names_find(f->names, tid, birth), tid, ts_ns);
}

/* Deadline tasks have priority -1, which a record's u8 holds as 255. */
static int32_t next_prio(const struct switch_record *r)
{
	return r->next_prio == UINT8_MAX ? -1 : r->next_prio;
}

static int put_bundle(struct trace_ftrace *f, FtraceEventBundle *b, u32 cpu)
{
	TracePacket p = TRACE_PACKET__INIT;

	b->has_cpu = true;
	b->cpu = cpu;
	p.data_case = TRACE_PACKET__DATA_FTRACE_EVENTS;
	p.ftrace_events = b;
	return trace_put(f->out, &p);
}

static int put_event(struct trace_ftrace *f, u32 cpu, FtraceEvent *e, u64 ts_ns, u32 tid,
		     bool after_gap)
{
	FtraceEventBundle b = FTRACE_EVENT_BUNDLE__INIT;

	e->has_timestamp = true;
	e->timestamp = boottime(f, ts_ns);
	e->has_pid = true;
	e->pid = tid;
	b.n_event = 1;
	b.event = &e;
	b.has_lost_events = after_gap;
	b.lost_events = after_gap;
	return put_bundle(f, &b, cpu);
}

int trace_ftrace_first(struct trace_ftrace *f, u32 cpu, const struct switch_record *r,
		       bool after_gap)
{
	FtraceEvent e = FTRACE_EVENT__INIT;
	SchedSwitch s = SCHED_SWITCH__INIT;

	s.prev_comm = name_of(f, r->prev_tid, r->prev_birth, r->ts_ns)->text;
	s.has_prev_pid = s.has_prev_state = s.has_next_pid = s.has_next_prio = true;
	s.prev_pid = (int32_t)r->prev_tid;
	s.prev_state = trace_prev_state(r->prev_state);
	s.next_comm = name_of(f, r->next_tid, r->next_birth, r->ts_ns)->text;
	s.next_pid = (int32_t)r->next_tid;
	s.next_prio = next_prio(r);
	e.event_case = FTRACE_EVENT__EVENT_SCHED_SWITCH;
	e.sched_switch = &s;
	return put_event(f, cpu, &e, r->ts_ns, r->prev_tid, after_gap);
}

static uint32_t comm_index(struct trace_ftrace *f, struct trace_name *name, size_t *n)
{
	if (name->bundle != f->bundles) {
		name->bundle = f->bundles;
		name->place = (u32)*n;
		f->comms[(*n)++] = name->text;
	}
	return name->place;
}

int trace_ftrace_switches(struct trace_ftrace *f, u32 cpu, const struct switch_record *r, u32 n)
{
	FtraceEventBundle__CompactSched s = FTRACE_EVENT_BUNDLE__COMPACT_SCHED__INIT;
	FtraceEventBundle b = FTRACE_EVENT_BUNDLE__INIT;
	size_t nr_comms = 0;

	if (!n)
		return 0;
	f->bundles++;
	for (u32 i = 0; i < n; i++) {
		f->timestamps[i] = boottime(f, r[i].ts_ns) - (i ? boottime(f, r[i - 1].ts_ns) : 0);
		f->prev_states[i] = trace_prev_state(r[i].prev_state);
		f->pids[i] = (int32_t)r[i].next_tid;
		f->prios[i] = next_prio(&r[i]);
		f->comm_indices[i] = comm_index(
			f, name_of(f, r[i].next_tid, r[i].next_birth, r[i].ts_ns), &nr_comms);
	}
	s.n_switch_timestamp = s.n_switch_prev_state = s.n_switch_next_pid = s.n_switch_next_prio =
		s.n_switch_next_comm_index = n;
	s.switch_timestamp = f->timestamps;
	s.switch_prev_state = f->prev_states;
	s.switch_next_pid = f->pids;
	s.switch_next_prio = f->prios;
	s.switch_next_comm_index = f->comm_indices;
	s.n_intern_table = nr_comms;
	s.intern_table = f->comms;
	b.compact_sched = &s;
	return put_bundle(f, &b, cpu);
}

static int by_time(const void *a, const void *b)
{
	const struct waking *x = a, *y = b;

	return x->ts_ns != y->ts_ns ? (x->ts_ns > y->ts_ns) - (x->ts_ns < y->ts_ns)
				    : (x->at > y->at) - (x->at < y->at);
}

static u32 find_wakings(struct trace_ftrace *f, const struct switch_record *r, u32 n, u64 since_ns)
{
	u32 found = 0;

	for (u32 i = 0; i < n; i++) {
		u64 ns = WAIT_NS(r[i].wait);

		if (!r[i].wait || WAIT_AFTER(r[i].wait) != WAIT_WOKEN || !ns || !r[i].next_tid ||
		    r[i].ts_ns < since_ns + ns)
			continue;
		f->wakings[found++] = (struct waking){r[i].ts_ns - ns, i};
	}
	qsort(f->wakings, found, sizeof(*f->wakings), by_time);
	return found;
}

/*
 * A reader takes the task that runs on the CPU for the waker, unless the flags say that an
 * interrupt was: who woke the task is not known.
 */
int trace_ftrace_wakings(struct trace_ftrace *f, u32 cpu, const struct switch_record *r, u32 n,
			 u64 since_ns)
{
	FtraceEventBundle__CompactSched s = FTRACE_EVENT_BUNDLE__COMPACT_SCHED__INIT;
	FtraceEventBundle b = FTRACE_EVENT_BUNDLE__INIT;
	u32 found = find_wakings(f, r, n, since_ns);
	size_t nr_comms = 0;

	if (!found)
		return 0;
	f->bundles++;
	for (u32 i = 0; i < found; i++) {
		const struct switch_record *w = &r[f->wakings[i].at];
		u64 before = i ? boottime(f, f->wakings[i - 1].ts_ns) : 0;

		f->timestamps[i] = boottime(f, f->wakings[i].ts_ns) - before;
		f->pids[i] = (int32_t)w->next_tid;
		f->cpus[i] = (int32_t)cpu;
		f->prios[i] = next_prio(w);
		f->comm_indices[i] =
			comm_index(f, name_of(f, w->next_tid, w->next_birth, w->ts_ns), &nr_comms);
		f->flags[i] = TRACE_FLAG_HARDIRQ;
	}
	s.n_waking_timestamp = s.n_waking_pid = s.n_waking_target_cpu = s.n_waking_prio =
		s.n_waking_comm_index = s.n_waking_common_flags = found;
	s.waking_timestamp = f->timestamps;
	s.waking_pid = f->pids;
	s.waking_target_cpu = f->cpus;
	s.waking_prio = f->prios;
	s.waking_comm_index = f->comm_indices;
	s.waking_common_flags = f->flags;
	s.n_intern_table = nr_comms;
	s.intern_table = f->comms;
	b.compact_sched = &s;
	return put_bundle(f, &b, cpu);
}

/* The flags by which tasks of one kind differ from those of another. */
static u64 clone_flags_of(const struct task_record *r, const struct traced_task *t)
{
	if (r->tid != r->tgid)
		return TRACE_CLONE_VM | TRACE_CLONE_THREAD;
	return t->creation == CREATED_VM_PROCESS || t->creation == CREATED_KERNEL ? TRACE_CLONE_VM
										  : 0;
}

static int put_new_task(struct trace_ftrace *f, const struct task_record *r, struct traced_task *t)
{
	FtraceEvent e = FTRACE_EVENT__INIT;
	TaskNewtask n = TASK_NEWTASK__INIT;

	t->told = true;
	n.has_pid = n.has_clone_flags = true;
	n.pid = (int32_t)r->tid;
	n.comm = trace_names_at(f->names, t, r->tid, r->ts_ns)->text;
	n.clone_flags = clone_flags_of(r, t);
	e.event_case = FTRACE_EVENT__EVENT_TASK_NEWTASK;
	e.task_newtask = &n;
	/*
	 * The record does not say which thread created a process, so the leader of the parent group
	 * is given as the creator.
	 */
	return put_event(f, r->cpu, &e, r->ts_ns, r->tid == r->tgid ? r->other : r->tgid, false);
}

static int put_rename(struct trace_ftrace *f, const struct task_record *r,
		      const struct traced_task *t)
{
	FtraceEvent e = FTRACE_EVENT__INIT;
	TaskRename n = TASK_RENAME__INIT;

	n.has_pid = true;
	n.pid = (int32_t)r->tid;
	n.oldcomm = trace_names_at(f->names, t, r->tid, r->ts_ns - 1)->text;
	n.newcomm = trace_names_at(f->names, t, r->tid, r->ts_ns)->text;
	e.event_case = FTRACE_EVENT__EVENT_TASK_RENAME;
	e.task_rename = &n;
	return put_event(f, r->cpu, &e, r->ts_ns, r->tid, false);
}

static int put_exec(struct trace_ftrace *f, const struct task_record *r,
		    const struct traced_task *t)
{
	FtraceEvent e = FTRACE_EVENT__INIT;
	SchedProcessExec x = SCHED_PROCESS_EXEC__INIT;

	x.filename = trace_names_at(f->names, t, r->tid, r->ts_ns)->text;
	x.has_pid = x.has_old_pid = true;
	x.pid = (int32_t)r->tid;
	x.old_pid = (int32_t)r->other;
	e.event_case = FTRACE_EVENT__EVENT_SCHED_PROCESS_EXEC;
	e.sched_process_exec = &x;
	return put_event(f, r->cpu, &e, r->ts_ns, r->tid, false);
}

static int put_exit(struct trace_ftrace *f, const struct task_record *r,
		    const struct traced_task *t)
{
	FtraceEvent e = FTRACE_EVENT__INIT;
	SchedProcessExit x = SCHED_PROCESS_EXIT__INIT;

	x.comm = trace_names_at(f->names, t, r->tid, r->ts_ns)->text;
	x.has_pid = x.has_tgid = true;
	x.pid = (int32_t)r->tid;
	x.tgid = (int32_t)r->tgid;
	e.event_case = FTRACE_EVENT__EVENT_SCHED_PROCESS_EXIT;
	e.sched_process_exit = &x;
	return put_event(f, r->cpu, &e, r->ts_ns, r->tid, false);
}

int trace_ftrace_task(struct trace_ftrace *f, const struct task_record *r, struct traced_task *t)
{
	switch ((enum task_event)r->event) {
	case TASK_FORK:
		return put_new_task(f, r, t);
	case TASK_RENAME:
		return put_rename(f, r, t);
	case TASK_EXEC:
		return put_exec(f, r, t);
	case TASK_EXIT:
		return put_exit(f, r, t);
	default:
		return 0;
	}
}
