// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "capture/trace_writer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "capture/trace_clock.h"
#include "capture/trace_filter.h"
#include "capture/trace_ftrace.h"
#include "capture/trace_creation.h"
#include "capture/trace_head.h"
#include "capture/trace_names.h"
#include "capture/trace_out.h"
#include "common/alloc.h"

enum {
	PENDING = TRACE_BUNDLE_MOST,
	IDLE_PRIO = 120, /* priority that ftrace shows for an idle task */
};

/* The state of one CPU, with the switches that are not written yet. */
struct cpu_trace {
	bool seen; /* a switch was seen, even if the filter left it out */
	bool begun;
	bool after_gap;
	u32 last_tid, last_birth; /* next task of the last switch */
	u64 begun_ns, last_ns;	  /* times of the first switch that was written, and of the last */
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
	struct trace_ftrace *ftrace;
	u64 switches, lost, last_ns;
	u64 first_seen_ns, last_seen_ns; /* of all switches, including filtered ones; 0: none */
};

struct trace_writer *trace_writer_new(int fd, const struct trace_setup *s, const bool *stop)
{
	struct trace_writer *w = xcalloc(1, sizeof(*w));

	w->setup = s;
	w->out = trace_out_new(fd, s->compress, stop);
	w->names = trace_names_new();
	w->filter = trace_filter_new(s);
	trace_clock_init(&w->clock, s->lead_ns);
	w->ftrace = trace_ftrace_new(w->out, w->names, &w->clock);
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
	trace_ftrace_free(w->ftrace);
	trace_clock_release(&w->clock);
	trace_names_free(w->names);
	trace_filter_free(w->filter);
	trace_out_free(w->out);
	free(w);
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
		if (task->record.event == TASK_CREATED)
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
			err = trace_ftrace_first(w->ftrace, cpu, &c->pending[0], c->after_gap);
		begin = 1;
	}
	if (!c->begun)
		c->begun_ns = c->pending[0].ts_ns;
	c->begun = true;
	c->after_gap = false;
	if (!err)
		err = trace_ftrace_switches(w->ftrace, cpu, c->pending + begin, c->n - begin);
	if (!err)
		err = trace_ftrace_wakings(w->ftrace, cpu, c->pending, c->n, c->begun_ns);
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

static bool in_time(const struct trace_writer *w, u64 ts_ns)
{
	return ts_ns >= w->setup->begin_ns && ts_ns <= w->setup->end_ns;
}

/* Puts a creation if its creator is wanted. */
static int take_creation(struct trace_writer *w, const struct task_record *r)
{
	if (!trace_filter_wants(w->filter, r->other) ||
	    !in_time(w, r->ts_ns - r->created.duration_ns) || !in_time(w, r->ts_ns))
		return 0;
	return trace_creation(w->out, r, boottime(w, r->ts_ns));
}

static int take_task(struct trace_writer *w, const struct frame *f)
{
	const struct task_frame *task = (const void *)(f + 1);
	const struct task_record *r = &task->record;
	struct traced_task *t;

	if (r->event == TASK_CREATED)
		return take_creation(w, r);
	t = trace_names_apply(w->names, task);
	trace_filter_note(w->filter, r);
	if (!trace_filter_wants(w->filter, r->tgid))
		return 0;
	if (!in_time(w, r->ts_ns))
		return 0;
	return trace_ftrace_task(w->ftrace, r, t);
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
