// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "report/trace_model.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture_format.h"
#include "common/alloc.h"
#include "common/array.h"
#include "common/text.h"
#include "report/trace_join.h"
#include "report/trace_rows.h"
#include "report/track_decoder.h"

enum {
	MAX_CPUS = 1 << 10, /* Perfetto itself accepts no more */
};

struct cpu {
	struct trace_model *model;
	struct trace_join *join;
	u32 number;
	struct traced *running; /* NULL: not known */
	bool losing;
	u64 lost, lost_begin_ns;
};

struct span {
	u64 begin_ns, end_ns;
};

struct trace_model {
	struct track_decoder *words;
	struct trace_tasks *tasks;
	struct cpu *cpus[MAX_CPUS];
	u64 from_ns, to_ns;	      /* as given, relative to the origin */
	u64 window_ns, window_end_ns; /* in the time of the trace; the end is exclusive */
	bool has_origin;
	char *end_reason;
	struct trace_summary summary;
	struct trace_rows rows;
	struct span *suspensions;
	size_t nr_suspensions, room_suspensions;
	void (*watch)(void *ctx, u32 cpu, const struct joined *j); /* NULL: nobody does */
	void *watcher;
};

struct trace_model *trace_model_new(u64 from_ns, u64 to_ns)
{
	struct trace_model *m = xcalloc(1, sizeof(*m));

	m->words = track_decoder_new();
	m->tasks = trace_tasks_new();
	m->from_ns = from_ns;
	m->to_ns = to_ns;
	m->summary.first_ns = UINT64_MAX;
	return m;
}

void trace_model_watch(struct trace_model *m,
		       void (*switched)(void *ctx, u32 cpu, const struct joined *j), void *ctx)
{
	m->watch = switched;
	m->watcher = ctx;
}

static void release_summary(struct trace_summary *s)
{
	for (int i = 0; i < NR_CELLS; i++)
		histogram_release(&s->cost[i]);
	for (int k = 0; k < NR_KINDS; k++)
		histogram_release(&s->cost_by_kind[k]);
	for (int k = 0; k < NR_CREATIONS; k++)
		histogram_release(&s->creation[k]);
	for (size_t i = 0; i < s->facts.nr_facts; i++) {
		free(s->facts.facts[i].name);
		free(s->facts.facts[i].text);
	}
	free(s->facts.kernel);
	free(s->facts.machine);
}

void trace_model_free(struct trace_model *m)
{
	if (!m)
		return;
	for (u32 cpu = 0; cpu < MAX_CPUS; cpu++)
		if (m->cpus[cpu])
			trace_join_free(m->cpus[cpu]->join);
	for (u32 cpu = 0; cpu < MAX_CPUS; cpu++)
		free(m->cpus[cpu]);
	release_summary(&m->summary);
	trace_rows_release(&m->rows);
	track_decoder_free(m->words);
	trace_tasks_free(m->tasks);
	free(m->end_reason);
	free(m->suspensions);
	free(m);
}

static u64 add_saturating(u64 a, u64 b)
{
	return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

static void set_origin(struct trace_model *m, u64 ns)
{
	if (m->has_origin)
		return;
	m->has_origin = true;
	m->summary.origin_ns = ns;
	m->window_ns = m->from_ns ? add_saturating(ns, m->from_ns) : 0;
	m->window_end_ns = add_saturating(ns, m->to_ns);
	trace_tasks_until(m->tasks, m->window_end_ns);
}

static void note_time(struct trace_summary *s, u64 ns)
{
	if (ns < s->first_ns)
		s->first_ns = ns;
	if (ns > s->last_ns)
		s->last_ns = ns;
}

/* The end of the window is exclusive, except that a window without a --to includes all. */
static bool in_window(const struct trace_model *m, u64 ns)
{
	return ns >= m->window_ns && (ns < m->window_end_ns || m->window_end_ns == UINT64_MAX);
}

static void count_labelled(struct trace_summary *s, const struct joined *j)
{
	s->labels[LABEL_INDEX(j->kind, j->from, j->reason)]++;
	if (j->cost_ns) {
		histogram_add(&s->cost[CELL_INDEX(j->kind, j->from)], j->cost_ns);
		histogram_add(&s->cost_by_kind[j->kind], j->cost_ns);
	} else {
		s->unmeasured++;
	}
}

/*
 * The schedule of a filtered trace shows a task outside of the filter as tid 0, and the event with
 * the label has its tid. Returns the switch with that task in place of tid 0.
 */
static struct joined unmask(struct trace_model *m, const struct joined *masked)
{
	struct joined j = *masked;
	struct traced *other;

	if (!j.other)
		return j;
	other = trace_tasks_get(m->tasks, j.other, j.ts_ns);
	if (j.next && !j.next->tid)
		j.next = other;
	else if (j.prev && !j.prev->tid)
		j.prev = other;
	return j;
}

static void charge(struct trace_summary *s, const struct joined *j)
{
	const struct switch_record r = {
		.label = (u8)LABEL_INDEX(j->kind, j->from, j->reason),
		.cost_ns = j->cost_ns,
		.wait = j->wait,
	};

	if (j->prev)
		charges_add_out(&j->prev->charges, &r);
	if (!j->next) {
		s->unattributed++;
	} else if (j->labelled) {
		charges_add_in(&j->next->charges, &r);
	} else {
		j->next->unlabelled++;
	}
}

static void take(void *ctx, const struct joined *j)
{
	struct cpu *cpu = ctx;
	struct trace_model *m = cpu->model;
	struct trace_summary *s = &m->summary;
	struct joined unmasked;

	s->all_switches++;
	note_time(s, j->ts_ns);
	if (!in_window(m, j->ts_ns))
		return;
	s->switches++;
	timeline_add(&s->timeline, j->ts_ns, j->labelled ? j->kind : TIMELINE_UNLABELLED);
	if (j->labelled)
		count_labelled(s, j);
	else
		s->unlabelled++;
	unmasked = unmask(m, j);
	charge(s, &unmasked);
	if (m->watch)
		m->watch(m->watcher, cpu->number, &unmasked);
}

static struct cpu *cpu_of(struct trace_model *m, u32 cpu)
{
	if (cpu >= MAX_CPUS) {
		m->summary.bad_packets++;
		return NULL;
	}
	if (!m->cpus[cpu]) {
		m->cpus[cpu] = xcalloc(1, sizeof(struct cpu));
		m->cpus[cpu]->model = m;
		m->cpus[cpu]->number = cpu;
		m->cpus[cpu]->join = trace_join_new(take, m->cpus[cpu]);
	}
	return m->cpus[cpu];
}

/* Follows the kernel's rule for nvcsw and nivcsw: a task that is still runnable was preempted. */
static u8 reason_of(int64_t prev_state)
{
	return !prev_state || prev_state & TRACE_PREV_PREEMPTED ? REASON_PREEMPTED
								: REASON_VOLUNTARY;
}

static void switch_to(struct trace_model *m, struct cpu *cpu, u64 ts_ns, u32 next_tid,
		      const char *comm, int64_t prev_state)
{
	struct joined who = {.ts_ns = ts_ns, .prev = cpu->running, .reason = reason_of(prev_state)};

	set_origin(m, ts_ns);
	who.next = trace_tasks_get(m->tasks, next_tid, ts_ns);
	trace_tasks_name(m->tasks, who.next, comm, ts_ns);
	cpu->running = who.next;
	trace_join_who(cpu->join, &who);
}

static void take_full_switch(struct trace_model *m, struct cpu *cpu, const FtraceEvent *e)
{
	const SchedSwitch *s = e->sched_switch;

	cpu->running = trace_tasks_get(m->tasks, (u32)s->prev_pid, e->timestamp);
	trace_tasks_name(m->tasks, cpu->running, s->prev_comm, e->timestamp);
	switch_to(m, cpu, e->timestamp, (u32)s->next_pid, s->next_comm, s->prev_state);
}

static void take_compact(struct trace_model *m, struct cpu *cpu,
			 const FtraceEventBundle__CompactSched *c)
{
	size_t n = c->n_switch_timestamp;
	u64 ts_ns = 0;

	if (c->n_switch_next_pid != n || c->n_switch_prev_state != n ||
	    c->n_switch_next_comm_index != n) {
		m->summary.bad_packets++;
		return;
	}
	for (size_t i = 0; i < n; i++) {
		u32 comm = c->switch_next_comm_index[i];

		ts_ns += c->switch_timestamp[i];
		switch_to(m, cpu, ts_ns, (u32)c->switch_next_pid[i],
			  comm < c->n_intern_table ? c->intern_table[comm] : NULL,
			  c->switch_prev_state[i]);
	}
}

static void take_bundle(struct trace_model *m, const FtraceEventBundle *b)
{
	struct cpu *cpu = cpu_of(m, b->cpu);

	if (!cpu)
		return;
	if (b->lost_events) {
		cpu->running = NULL;
		/* A capture of tvtraced records each loss as a slice of its own. */
		m->summary.unknown_stretches += !m->summary.ours;
	}
	for (size_t i = 0; i < b->n_event; i++) {
		if (b->event[i]->event_case == FTRACE_EVENT__EVENT_SCHED_SWITCH)
			take_full_switch(m, cpu, b->event[i]);
		else
			trace_tasks_event(m->tasks, b->event[i],
					  in_window(m, b->event[i]->timestamp));
	}
	if (b->compact_sched)
		take_compact(m, cpu, b->compact_sched);
}

static void end_loss(struct trace_model *m, struct cpu *cpu, u64 end_ns)
{
	struct trace_summary *s = &m->summary;
	u64 begin_ns = cpu->lost_begin_ns;

	cpu->losing = false;
	if (end_ns < begin_ns)
		end_ns = begin_ns;
	note_time(s, begin_ns);
	note_time(s, end_ns);
	if (end_ns < m->window_ns || begin_ns >= m->window_end_ns)
		return;
	s->lost += cpu->lost;
	s->lost_stretches += cpu->lost > 0;
	s->unknown_stretches += !cpu->lost;
	begin_ns = begin_ns > m->window_ns ? begin_ns : m->window_ns;
	end_ns = end_ns < m->window_end_ns ? end_ns : m->window_end_ns;
	s->lost_ns += end_ns - begin_ns;
}

static char *printable(const char *text)
{
	return text_disarm(xstrdup(text ? text : ""));
}

static void add_fact(struct trace_facts *f, const DebugAnnotation *a)
{
	char number[24];

	if (f->nr_facts == MAX_FACTS || !a->name || (!a->string_value && !a->has_uint_value))
		return;
	snprintf(number, sizeof(number), "%" PRIu64, a->uint_value);
	f->facts[f->nr_facts++] = (struct fact){
		printable(a->name), printable(a->string_value ? a->string_value : number)};
}

static void note_suspension(struct trace_model *m, u64 begin_ns, u64 ns)
{
	ARRAY_RESERVE(m->suspensions, m->nr_suspensions, m->room_suspensions);
	m->suspensions[m->nr_suspensions++] = (struct span){begin_ns, add_saturating(begin_ns, ns)};
}

/*
 * How long the machine was suspended between two times. The result is limited to the length of the
 * interval, which the suspensions of a damaged trace may exceed.
 */
static u64 suspended_ns(const struct trace_model *m, u64 begin_ns, u64 end_ns)
{
	u64 sum = 0;

	for (size_t i = 0; i < m->nr_suspensions; i++) {
		u64 begin = m->suspensions[i].begin_ns, end = m->suspensions[i].end_ns;

		begin = begin > begin_ns ? begin : begin_ns;
		end = end < end_ns ? end : end_ns;
		sum = add_saturating(sum, end > begin ? end - begin : 0);
	}
	return sum < end_ns - begin_ns ? sum : end_ns - begin_ns;
}

static void take_fact(struct trace_model *m, const TrackEvent *e, u64 ts_ns)
{
	struct trace_summary *s = &m->summary;

	if (!strcmp(e->name, TRACE_EVENT_CAPTURE) && !s->ours) {
		s->ours = true;
		set_origin(m, ts_ns);
		s->facts.cost_bias_ns = trace_number(e, TRACE_NOTE_COST_BIAS);
		for (size_t i = 0; i < e->n_debug_annotations; i++)
			add_fact(&s->facts, e->debug_annotations[i]);
	} else if (!strcmp(e->name, TRACE_EVENT_GROUP)) {
		trace_tasks_set_application(m->tasks, (u32)trace_number(e, TRACE_NOTE_TGID),
					    trace_text(e, TRACE_NOTE_APPLICATION),
					    trace_text(e, TRACE_NOTE_APPLICATION_KIND));
	} else if (!strcmp(e->name, TRACE_EVENT_SUSPENDED)) {
		note_suspension(m, ts_ns, trace_number(e, TRACE_NOTE_NS));
	} else if (!strcmp(e->name, TRACE_EVENT_END)) {
		const char *reason = trace_text(e, TRACE_NOTE_REASON);

		if (trace_number(e, TRACE_NOTE_BEGIN)) {
			note_time(s, trace_number(e, TRACE_NOTE_BEGIN));
			note_time(s, ts_ns);
		}
		s->has_end = true;
		s->end_switches = trace_number(e, TRACE_NOTE_SWITCHES);
		free(m->end_reason);
		m->end_reason = reason ? printable(reason) : NULL;
		s->end_reason = m->end_reason;
	}
}

static void take_creation(struct trace_model *m, const struct trace_event *e)
{
	struct traced *creator =
		e->creator ? trace_tasks_get(m->tasks, e->creator, e->ts_ns) : NULL;

	histogram_add(&m->summary.creation[e->kind], e->number);
	if (!creator)
		return;
	creator->created.timed[e->kind]++;
	creator->created.duration_ns[e->kind] += e->number;
	if (e->resident_bytes)
		creator->created.resident_bytes = e->resident_bytes;
}

static void take_event(struct trace_model *m, const TracePacket *p)
{
	struct trace_event e = track_decoder_event(m->words, p);
	struct joined what = {.ts_ns = e.ts_ns, .labelled = true};
	struct cpu *cpu;

	if (e.meaning == MEANS_FACT)
		take_fact(m, p->track_event, e.ts_ns);
	if (e.meaning == MEANS_CREATION && in_window(m, e.ts_ns))
		take_creation(m, &e);
	if (e.meaning != MEANS_SWITCH && e.meaning != MEANS_LOST_BEGIN &&
	    e.meaning != MEANS_LOST_END)
		return;
	cpu = cpu_of(m, e.cpu);
	if (!cpu)
		return;
	if (e.meaning == MEANS_SWITCH) {
		what.kind = e.kind;
		what.from = e.from;
		what.reason = e.reason;
		what.wait = e.wait;
		what.other = e.other;
		what.cost_ns = e.number < UINT32_MAX ? (u32)e.number : UINT32_MAX;
		trace_join_what(cpu->join, &what);
	} else if (e.meaning == MEANS_LOST_BEGIN) {
		cpu->losing = true;
		cpu->lost = e.number;
		cpu->lost_begin_ns = e.ts_ns;
	} else if (cpu->losing) {
		end_loss(m, cpu, e.ts_ns);
	}
}

static void take_system(struct trace_facts *f, const SystemInfo *s)
{
	f->cpus = s->num_cpus;
	if (!s->utsname)
		return;
	free(f->kernel);
	free(f->machine);
	f->kernel = s->utsname->release ? printable(s->utsname->release) : NULL;
	f->machine = s->utsname->machine ? printable(s->utsname->machine) : NULL;
}

/* Uses the first clock snapshot only: later ones relate the same clocks to each other. */
static void take_clocks(struct trace_facts *f, const ClockSnapshot *s)
{
	if (f->has_clocks)
		return;
	for (size_t i = 0; i < s->n_clocks; i++) {
		const ClockSnapshot__Clock *c = s->clocks[i];

		if (c->clock_id == TRACE_CLOCK_REALTIME)
			f->realtime_ns = c->timestamp;
		else if (c->clock_id == TRACE_CLOCK_MONOTONIC)
			f->monotonic_ns = c->timestamp;
		else if (c->clock_id == TRACE_CLOCK_BOOTTIME)
			f->boottime_ns = c->timestamp;
	}
	f->has_clocks = f->realtime_ns && f->monotonic_ns && f->boottime_ns;
}

void trace_model_packet(struct trace_model *m, const TracePacket *p)
{
	track_decoder_learn(m->words, p);
	switch (p->data_case) {
	case TRACE_PACKET__DATA_FTRACE_EVENTS:
		take_bundle(m, p->ftrace_events);
		break;
	case TRACE_PACKET__DATA_PROCESS_TREE:
		trace_tasks_tree(m->tasks, p->process_tree, p->timestamp);
		break;
	case TRACE_PACKET__DATA_CLOCK_SNAPSHOT:
		take_clocks(&m->summary.facts, p->clock_snapshot);
		break;
	case TRACE_PACKET__DATA_TRACK_EVENT:
		take_event(m, p);
		break;
	case TRACE_PACKET__DATA_SYSTEM_INFO:
		take_system(&m->summary.facts, p->system_info);
		break;
	default:
		break;
	}
}

void trace_model_end(struct trace_model *m)
{
	struct trace_summary *s = &m->summary;

	for (u32 i = 0; i < MAX_CPUS; i++) {
		struct cpu *cpu = m->cpus[i];

		if (cpu)
			trace_join_end(cpu->join);
		if (cpu && cpu->losing)
			end_loss(m, cpu, s->last_ns);
	}
	if (s->first_ns > s->last_ns)
		s->first_ns = s->last_ns = s->origin_ns;
	s->begin_ns = m->window_ns > s->first_ns ? m->window_ns : s->first_ns;
	s->end_ns = m->has_origin && m->window_end_ns < s->last_ns ? m->window_end_ns : s->last_ns;
	if (s->end_ns < s->begin_ns)
		s->end_ns = s->begin_ns;
	s->suspended_ns = suspended_ns(m, s->begin_ns, s->end_ns);
	trace_rows_make(&m->rows, m->tasks, s);
}

void trace_model_set_application(struct trace_model *m, u32 tgid, const char *name,
				 const char *kind)
{
	trace_tasks_set_application(m->tasks, tgid, name, kind);
}

const struct trace_tasks *trace_model_tasks(const struct trace_model *m)
{
	return m->tasks;
}

const struct trace_summary *trace_model_summary(const struct trace_model *m)
{
	return &m->summary;
}

const struct row *trace_model_rows(const struct trace_model *m, enum trace_list what, size_t *n)
{
	*n = m->rows.n[what];
	return m->rows.rows[what];
}

/*
 * Converts a time to another clock, which read clock_ns at boottime_ns. Returns 0 for a time before
 * that clock began.
 */
static u64 convert(const struct trace_facts *f, u64 ns, u64 clock_ns)
{
	if (!f->has_clocks)
		return ns;
	ns = add_saturating(ns, clock_ns);
	return ns > f->boottime_ns ? ns - f->boottime_ns : 0;
}

u64 trace_monotonic(const struct trace_model *m, u64 ns)
{
	const struct trace_facts *f = &m->summary.facts;
	u64 stood_ns;

	if (!f->has_clocks)
		return ns;
	/*
	 * CLOCK_MONOTONIC stops during suspensions, which the single clock snapshot does not show.
	 */
	if (ns < f->boottime_ns) {
		stood_ns = suspended_ns(m, ns, f->boottime_ns);
		return convert(f, add_saturating(ns, stood_ns), f->monotonic_ns);
	}
	return convert(f, ns - suspended_ns(m, f->boottime_ns, ns), f->monotonic_ns);
}

u64 trace_realtime(const struct trace_facts *f, u64 ns)
{
	return convert(f, ns, f->realtime_ns);
}
