// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "capture/trace_writer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "capture_format.h"
#include "capture/trace_clock.h"
#include "capture/trace_filter.h"
#include "capture/trace_head.h"
#include "capture/trace_names.h"
#include "capture/trace_out.h"
#include "common/alloc.h"

enum {
	PENDING = 1024,	 /* most switches in one bundle */
	IDLE_PRIO = 120, /* priority that ftrace shows for an idle task */
};

/* The state of one CPU, with the switches that are not written yet. */
struct cpu_trace {
	bool seen; /* a switch was seen, even if the filter left it out */
	bool begun;
	bool after_gap;
	u32 last_tid, last_birth; /* next task of the last switch */
	u64 last_ns;
	u64 lost, lost_ns; /* number of switches lost since last_ns, and the end of that time */
	u32 n;
	struct switch_record pending[PENDING];
	u32 others[PENDING]; /* tid of the task that the filter shows as tid 0; 0: none */
};

struct trace_writer {
	const struct trace_setup *setup;
	struct trace_out *out;
	struct trace_names *names;
	struct trace_filter *filter; /* NULL: everything is wanted */
	struct trace_clock clock;
	struct cpu_trace **cpus; /* by CPU; NULL: no record of this CPU came yet */
	u32 bundles;
	u64 switches, lost, last_ns;
	u64 first_seen_ns, last_seen_ns; /* of all switches, including filtered ones; 0: none */
	/* Buffers for the arrays of one bundle. */
	uint64_t timestamps[PENDING];
	int64_t prev_states[PENDING];
	int32_t next_pids[PENDING], next_prios[PENDING];
	uint32_t comm_indices[PENDING];
	char *comms[PENDING];
};

struct trace_writer *trace_writer_new(int fd, const struct trace_setup *s, const bool *stop)
{
	struct trace_writer *w = xcalloc(1, sizeof(*w));

	w->setup = s;
	w->out = trace_out_new(fd, s->compress, stop);
	w->names = trace_names_new();
	w->filter = trace_filter_new(s);
	trace_clock_init(&w->clock, s->lead_ns);
	w->cpus = xcalloc(s->cpus, sizeof(struct cpu_trace *));
	for (size_t i = 0; i < s->nr_tasks; i++) {
		const struct trace_task *t = &s->tasks[i];

		trace_names_task(w->names, t->tid, t->birth, t->tgid, t->comm);
	}
	return w;
}

void trace_writer_free(struct trace_writer *w)
{
	if (!w)
		return;
	for (u32 cpu = 0; cpu < w->setup->cpus; cpu++)
		free(w->cpus[cpu]);
	free(w->cpus);
	trace_clock_release(&w->clock);
	trace_names_free(w->names);
	trace_filter_free(w->filter);
	trace_out_free(w->out);
	free(w);
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

void trace_writer_learn(struct trace_writer *w, const struct chunk *c)
{
	const struct frame *f;
	size_t offset = 0;

	while ((f = chunk_next(c, &offset))) {
		const struct task_frame *task = (const void *)(f + 1);

		if (f->type == FRAME_CLOCK)
			trace_clock_step(&w->clock, f);
		if (f->type != FRAME_TASK)
			continue;
		trace_names_rewind(w->names, task);
		trace_filter_learn(w->filter, &task->record);
	}
}

static u64 boottime(const struct trace_writer *w, u64 ns)
{
	return trace_clock_boottime(&w->clock, ns);
}

static int put_step(struct trace_writer *w, const struct trace_step *s)
{
	if (s->ns < w->setup->begin_ns || s->ns > w->setup->end_ns ||
	    (int64_t)(s->after_ns - s->before_ns) < 0)
		return 0;
	return trace_head_suspended(w->out, s->ns + s->before_ns, s->ns + s->after_ns);
}

int trace_writer_begin(struct trace_writer *w)
{
	const struct trace_setup *s = w->setup;
	int err = trace_head_write(w->out, s, boottime(w, s->begin_ns));

	/* Tasks whose creation is in the trace are listed as of now_ns, after their creation. */
	if (!err)
		err = trace_head_tree(w->out, s, w->names, w->filter, boottime(w, s->begin_ns),
				      boottime(w, s->now_ns));
	for (size_t i = 0; i < w->clock.n && !err; i++)
		err = put_step(w, &w->clock.steps[i]);
	return err;
}

static struct trace_name *name_of(struct trace_writer *w, u32 tid, u32 birth, u64 ts_ns)
{
	return trace_names_at(w->names, trace_names_find(w->names, tid, birth), tid, ts_ns);
}

/* Deadline tasks have priority -1, which a record's u8 holds as 255. */
static int32_t next_prio(const struct switch_record *r)
{
	return r->next_prio == UINT8_MAX ? -1 : r->next_prio;
}

static int put_bundle(struct trace_writer *w, FtraceEventBundle *b, u32 cpu)
{
	TracePacket p = TRACE_PACKET__INIT;

	b->has_cpu = true;
	b->cpu = cpu;
	p.data_case = TRACE_PACKET__DATA_FTRACE_EVENTS;
	p.ftrace_events = b;
	p.has_trusted_packet_sequence_id = true;
	p.trusted_packet_sequence_id = TRACE_SEQUENCE;
	return trace_out_packet(w->out, &p);
}

static int put_event(struct trace_writer *w, u32 cpu, FtraceEvent *e, u64 ts_ns, u32 tid,
		     bool after_gap)
{
	FtraceEventBundle b = FTRACE_EVENT_BUNDLE__INIT;

	e->has_timestamp = true;
	e->timestamp = boottime(w, ts_ns);
	e->has_pid = true;
	e->pid = tid;
	b.n_event = 1;
	b.event = &e;
	b.has_lost_events = after_gap;
	b.lost_events = after_gap;
	return put_bundle(w, &b, cpu);
}

/*
 * Writes a CPU's first switch, or its first after a gap, in full, because the compact form does not
 * contain the previous task.
 */
static int put_full_switch(struct trace_writer *w, u32 cpu, const struct switch_record *r,
			   bool after_gap)
{
	FtraceEvent e = FTRACE_EVENT__INIT;
	SchedSwitch s = SCHED_SWITCH__INIT;

	s.prev_comm = name_of(w, r->prev_tid, r->prev_birth, r->ts_ns)->text;
	s.has_prev_pid = s.has_prev_state = s.has_next_pid = s.has_next_prio = true;
	s.prev_pid = (int32_t)r->prev_tid;
	s.prev_state = trace_prev_state(r->prev_state);
	s.next_comm = name_of(w, r->next_tid, r->next_birth, r->ts_ns)->text;
	s.next_pid = (int32_t)r->next_tid;
	s.next_prio = next_prio(r);
	e.event_case = FTRACE_EVENT__EVENT_SCHED_SWITCH;
	e.sched_switch = &s;
	return put_event(w, cpu, &e, r->ts_ns, r->prev_tid, after_gap);
}

static uint32_t comm_index(struct trace_writer *w, struct trace_name *name, size_t *n)
{
	if (name->bundle != w->bundles) {
		name->bundle = w->bundles;
		name->place = (u32)*n;
		w->comms[(*n)++] = name->text;
	}
	return name->place;
}

static int put_compact(struct trace_writer *w, u32 cpu, const struct switch_record *r, u32 n)
{
	FtraceEventBundle__CompactSched s = FTRACE_EVENT_BUNDLE__COMPACT_SCHED__INIT;
	FtraceEventBundle b = FTRACE_EVENT_BUNDLE__INIT;
	size_t nr_comms = 0;

	w->bundles++;
	for (u32 i = 0; i < n; i++) {
		w->timestamps[i] = boottime(w, r[i].ts_ns) - (i ? boottime(w, r[i - 1].ts_ns) : 0);
		w->prev_states[i] = trace_prev_state(r[i].prev_state);
		w->next_pids[i] = (int32_t)r[i].next_tid;
		w->next_prios[i] = next_prio(&r[i]);
		w->comm_indices[i] = comm_index(
			w, name_of(w, r[i].next_tid, r[i].next_birth, r[i].ts_ns), &nr_comms);
	}
	s.n_switch_timestamp = s.n_switch_prev_state = s.n_switch_next_pid = s.n_switch_next_prio =
		s.n_switch_next_comm_index = n;
	s.switch_timestamp = w->timestamps;
	s.switch_prev_state = w->prev_states;
	s.switch_next_pid = w->next_pids;
	s.switch_next_prio = w->next_prios;
	s.switch_next_comm_index = w->comm_indices;
	s.n_intern_table = nr_comms;
	s.intern_table = w->comms;
	b.compact_sched = &s;
	return put_bundle(w, &b, cpu);
}

/*
 * Tells which thread group a task belongs to, unless the trace already says so. A task that appears
 * in a switch may be in neither the process tree nor an event.
 */
static int tell_of(struct trace_writer *w, u32 tid, u32 birth, u64 ts_ns)
{
	struct traced_task *t = tid ? trace_names_find(w->names, tid, birth) : NULL;

	if (!t || t->told)
		return 0;
	t->told = true;
	return trace_head_task(w->out, t, boottime(w, ts_ns));
}

static int flush_cpu(struct trace_writer *w, u32 cpu)
{
	struct cpu_trace *c = w->cpus[cpu];
	u32 begin = 0;
	int err = 0;

	if (!c || !c->n)
		return 0;
	for (u32 i = 0; i < c->n && !err; i++)
		err = tell_of(w, c->pending[i].next_tid, c->pending[i].next_birth,
			      c->pending[i].ts_ns);
	if (!c->begun || c->after_gap) {
		if (!err)
			err = put_full_switch(w, cpu, &c->pending[0], c->after_gap);
		begin = 1;
	}
	c->begun = true;
	c->after_gap = false;
	if (!err && begin < c->n)
		err = put_compact(w, cpu, c->pending + begin, c->n - begin);
	for (u32 i = 0; i < c->n && !err; i++)
		err = trace_head_switch(w->out, cpu, &c->pending[i], c->others[i],
					boottime(w, c->pending[i].ts_ns));
	__atomic_add_fetch(&w->switches, c->n, __ATOMIC_RELAXED);
	if (c->pending[c->n - 1].ts_ns > w->last_ns)
		__atomic_store_n(&w->last_ns, c->pending[c->n - 1].ts_ns, __ATOMIC_RELAXED);
	c->n = 0;
	return err;
}

/* Marks the records of a CPU from its last one to end_ns as missing. */
static int put_gap(struct trace_writer *w, u32 cpu, u64 end_ns)
{
	struct cpu_trace *c = w->cpus[cpu];
	u64 lost = c->lost, begin_ns = c->last_ns ? c->last_ns : w->setup->begin_ns;
	int err = flush_cpu(w, cpu);

	c->after_gap = true;
	c->lost = 0;
	return err ? err
		   : trace_head_gap(w->out, cpu, boottime(w, begin_ns), boottime(w, end_ns), lost);
}

static bool wants_task(const struct trace_writer *w, u32 tid, u32 birth)
{
	const struct traced_task *t = tid ? trace_names_find(w->names, tid, birth) : NULL;

	return t && trace_filter_wants(w->filter, t->tgid);
}

/*
 * Keeps a switch that involves a wanted task. An unwanted task becomes tid 0, so that the CPU's
 * schedule has no holes and shows only wanted tasks; its real tid is kept in `others`.
 */
static int filter_switch(struct trace_writer *w, struct cpu_trace *c, const struct switch_record *r)
{
	bool from = wants_task(w, r->prev_tid, r->prev_birth);
	bool to = wants_task(w, r->next_tid, r->next_birth);
	struct switch_record *kept = &c->pending[c->n];
	int err = 0;

	if (!from && !to)
		return 0;
	*kept = *r;
	c->others[c->n++] = from && to ? 0 : from ? r->next_tid : r->prev_tid;
	if (!from) {
		err = tell_of(w, r->prev_tid, r->prev_birth, r->ts_ns);
		kept->prev_tid = kept->prev_birth = 0;
	}
	if (!to) {
		err = err ? err : tell_of(w, r->next_tid, r->next_birth, r->ts_ns);
		kept->next_tid = kept->next_birth = 0;
		kept->next_prio = IDLE_PRIO;
	}
	return err;
}

/*
 * Tells whether the last task became its group's leader: a thread that is not the leader and calls
 * exec continues as the leader without a switch.
 */
static bool became_leader(const struct trace_writer *w, const struct cpu_trace *c,
			  const struct switch_record *r)
{
	const struct traced_task *was = trace_names_find(w->names, c->last_tid, c->last_birth);
	const struct traced_task *is = trace_names_find(w->names, r->prev_tid, r->prev_birth);

	return was && is && was->tgid == is->tgid && is->tid == is->tgid;
}

static int add_switch(struct trace_writer *w, u32 cpu, const struct switch_record *record)
{
	struct cpu_trace *c = w->cpus[cpu];
	struct switch_record in_order = *record, *r = &in_order;
	bool broken = c->seen && r->prev_tid != c->last_tid && !became_leader(w, c, r);
	int err = 0;

	if (r->ts_ns < w->setup->begin_ns || r->ts_ns > w->setup->end_ns)
		return 0;
	/* With an untrusted clock source a CPU's clock may run backwards, but a trace must not. */
	if (r->ts_ns < c->last_ns)
		r->ts_ns = c->last_ns;
	if (broken || c->lost)
		err = put_gap(w, cpu, r->ts_ns);
	if (!w->filter)
		c->pending[c->n++] = *r;
	else if (!err)
		err = filter_switch(w, c, r);
	c->seen = true;
	c->last_tid = r->next_tid;
	c->last_birth = r->next_birth;
	c->last_ns = r->ts_ns;
	return !err && c->n == PENDING ? flush_cpu(w, cpu) : err;
}

static struct cpu_trace *cpu_of(struct trace_writer *w, u32 cpu)
{
	if (cpu >= w->setup->cpus || (w->setup->cpu >= 0 && (u32)w->setup->cpu != cpu))
		return NULL;
	if (!w->cpus[cpu])
		w->cpus[cpu] = xcalloc(1, sizeof(struct cpu_trace));
	return w->cpus[cpu];
}

static void note_lost(struct trace_writer *w, struct cpu_trace *c, const struct frame *f)
{
	if (!f->lost || f->ts_ns < w->setup->begin_ns)
		return;
	c->lost += f->lost;
	c->lost_ns = f->ts_ns;
	__atomic_add_fetch(&w->lost, f->lost, __ATOMIC_RELAXED);
}

/*
 * Switches that are left out by the filter or the choice of a CPU still count for the time span
 * that the capture reports.
 */
static void note_seen(struct trace_writer *w, const struct switch_record *r, u32 n)
{
	for (u32 i = 0; i < n; i++) {
		u64 ts_ns = r[i].ts_ns;

		if (ts_ns < w->setup->begin_ns || ts_ns > w->setup->end_ns)
			continue;
		if (!w->first_seen_ns || ts_ns < w->first_seen_ns)
			w->first_seen_ns = ts_ns;
		if (ts_ns > w->last_seen_ns)
			w->last_seen_ns = ts_ns;
	}
}

static int take_batch(struct trace_writer *w, const struct frame *f)
{
	const struct switch_record *r = (const void *)(f + 1);
	struct cpu_trace *c = cpu_of(w, f->cpu);
	int err = 0;

	note_seen(w, r, f->count);
	if (!c)
		return 0;
	note_lost(w, c, f);
	for (u32 i = 0; i < f->count && !err; i++)
		err = add_switch(w, f->cpu, r + i);
	return err;
}

static int put_new_task(struct trace_writer *w, const struct task_record *r, struct traced_task *t)
{
	FtraceEvent e = FTRACE_EVENT__INIT;
	TaskNewtask n = TASK_NEWTASK__INIT;

	t->told = true;
	n.has_pid = n.has_clone_flags = true;
	n.pid = (int32_t)r->tid;
	n.comm = trace_names_at(w->names, t, r->tid, r->ts_ns)->text;
	n.clone_flags = r->tid == r->tgid ? 0 : TRACE_CLONE_THREAD;
	e.event_case = FTRACE_EVENT__EVENT_TASK_NEWTASK;
	e.task_newtask = &n;
	/*
	 * The record does not say which thread created a process, so the leader of the parent group
	 * is given as the creator.
	 */
	return put_event(w, r->cpu, &e, r->ts_ns, r->tid == r->tgid ? r->other : r->tgid, false);
}

static int put_rename(struct trace_writer *w, const struct task_record *r,
		      const struct traced_task *t)
{
	FtraceEvent e = FTRACE_EVENT__INIT;
	TaskRename n = TASK_RENAME__INIT;

	n.has_pid = true;
	n.pid = (int32_t)r->tid;
	n.oldcomm = trace_names_at(w->names, t, r->tid, r->ts_ns - 1)->text;
	n.newcomm = trace_names_at(w->names, t, r->tid, r->ts_ns)->text;
	e.event_case = FTRACE_EVENT__EVENT_TASK_RENAME;
	e.task_rename = &n;
	return put_event(w, r->cpu, &e, r->ts_ns, r->tid, false);
}

static int put_exec(struct trace_writer *w, const struct task_record *r,
		    const struct traced_task *t)
{
	FtraceEvent e = FTRACE_EVENT__INIT;
	SchedProcessExec x = SCHED_PROCESS_EXEC__INIT;

	x.filename = trace_names_at(w->names, t, r->tid, r->ts_ns)->text;
	x.has_pid = x.has_old_pid = true;
	x.pid = (int32_t)r->tid;
	x.old_pid = (int32_t)r->other;
	e.event_case = FTRACE_EVENT__EVENT_SCHED_PROCESS_EXEC;
	e.sched_process_exec = &x;
	return put_event(w, r->cpu, &e, r->ts_ns, r->tid, false);
}

static int put_exit(struct trace_writer *w, const struct task_record *r,
		    const struct traced_task *t)
{
	FtraceEvent e = FTRACE_EVENT__INIT;
	SchedProcessExit x = SCHED_PROCESS_EXIT__INIT;

	x.comm = trace_names_at(w->names, t, r->tid, r->ts_ns)->text;
	x.has_pid = x.has_tgid = true;
	x.pid = (int32_t)r->tid;
	x.tgid = (int32_t)r->tgid;
	e.event_case = FTRACE_EVENT__EVENT_SCHED_PROCESS_EXIT;
	e.sched_process_exit = &x;
	return put_event(w, r->cpu, &e, r->ts_ns, r->tid, false);
}

static int take_task(struct trace_writer *w, const struct frame *f)
{
	const struct task_frame *task = (const void *)(f + 1);
	const struct task_record *r = &task->record;
	struct traced_task *t = trace_names_apply(w->names, task);

	trace_filter_note(w->filter, r);
	if (!trace_filter_wants(w->filter, r->tgid))
		return 0;
	if (r->ts_ns < w->setup->begin_ns || r->ts_ns > w->setup->end_ns)
		return 0;
	switch ((enum task_event)r->event) {
	case TASK_FORK:
		return put_new_task(w, r, t);
	case TASK_RENAME:
		return put_rename(w, r, t);
	case TASK_EXEC:
		return put_exec(w, r, t);
	case TASK_EXIT:
		return put_exit(w, r, t);
	default:
		return 0;
	}
}

/*
 * Steps recorded before the writing began are known from trace_writer_learn(), and already in the
 * file.
 */
static int take_step(struct trace_writer *w, const struct frame *f)
{
	const struct trace_step *step = trace_clock_step(&w->clock, f);

	return step ? put_step(w, step) : 0;
}

int trace_writer_chunk(struct trace_writer *w, const struct chunk *c)
{
	const struct frame *f;
	size_t offset = 0;
	int err = 0;

	while (!err && (f = chunk_next(c, &offset)))
		switch ((enum frame_type)f->type) {
		case FRAME_BATCH:
			err = take_batch(w, f);
			break;
		case FRAME_TASK:
			err = take_task(w, f);
			break;
		case FRAME_LOST:
			if (cpu_of(w, f->cpu))
				note_lost(w, cpu_of(w, f->cpu), f);
			break;
		case FRAME_CLOCK:
			err = take_step(w, f);
			break;
		}
	return err;
}

int trace_writer_flush(struct trace_writer *w)
{
	int err = 0;

	for (u32 cpu = 0; cpu < w->setup->cpus && !err; cpu++)
		err = flush_cpu(w, cpu);
	return err ? err : trace_out_flush(w->out);
}

int trace_writer_end(struct trace_writer *w, const char *reason)
{
	u64 end_ns = w->last_seen_ns ? w->last_seen_ns : w->setup->begin_ns;
	u64 begin_ns = w->first_seen_ns ? w->first_seen_ns : end_ns;
	int err = 0;

	for (u32 cpu = 0; cpu < w->setup->cpus && !err; cpu++) {
		const struct cpu_trace *c = w->cpus[cpu];

		err = c && c->lost ? put_gap(w, cpu, c->lost_ns) : flush_cpu(w, cpu);
	}
	if (!err)
		err = trace_head_end(w->out, boottime(w, begin_ns), boottime(w, end_ns),
				     w->switches, w->lost, reason);
	return err ? err : trace_out_flush(w->out);
}

struct trace_progress trace_writer_progress(const struct trace_writer *w)
{
	return (struct trace_progress){
		.switches = __atomic_load_n(&w->switches, __ATOMIC_RELAXED),
		.lost = __atomic_load_n(&w->lost, __ATOMIC_RELAXED),
		.bytes = trace_out_bytes(w->out),
		.last_ns = __atomic_load_n(&w->last_ns, __ATOMIC_RELAXED),
	};
}
