// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "collect/collector.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include <bpf/libbpf.h>

#include "collect/recorder.h"
#include "collect/tlb_count.h"
#include "common/alloc.h"
#include "common/clock.h"
#include "common/error.h"
#include "tables/procfs.h"

struct cpu_ring {
	struct collector *collector;
	struct ring_buffer *ring; /* NULL: the CPU has no ring yet, because it was never online */
	unsigned int cpu;
	u64 received;
	u64 stop_at; /* stop draining once `received` reaches this */
	u64 spilled; /* as of the last publication */
	u64 sent;    /* records that were sent or spilled up to the last batch's end */
};

struct collector {
	struct probes *probes;
	struct task_table *tasks;
	struct recorder *recorder;
	struct ring_buffer *task_ring;
	struct cpu_ring *rings;
	unsigned int cpus;
	int epoll_fd;
	void *epoll_data;
	struct histograms interval;
	struct tlb_count tlb;
	u64 measured;
	u64 unmeasured;
	unsigned int identify_budget; /* look-ups in /proc still allowed in this period */
	u64 identify_ns;	      /* beginning of the period, CLOCK_MONOTONIC */
	u64 lead_ns; /* of CLOCK_BOOTTIME over CLOCK_MONOTONIC; grows with each suspension */
};

/*
 * Limits the look-ups in /proc, because each takes a few system calls while the rings are being
 * drained.
 */
enum { IDENTIFY_MOST = 50, IDENTIFY_PERIOD_NS = 250000000 };

/* Adds a new task's first wait to those of its kind. */
static void add_start(struct collector *c, const struct switch_record *r)
{
	enum creation kind = task_table_creation(c->tasks, r->next_tid, r->next_birth);

	if (kind < NR_CREATIONS)
		histogram_add(&c->interval.start[kind], WAIT_NS(r->wait));
}

static int on_batch(void *ctx, void *data, size_t size)
{
	struct cpu_ring *ring = ctx;
	struct collector *c = ring->collector;
	const struct batch_header *header = data;
	const struct switch_record *r = (const void *)(header + 1);

	(void)size;
	for (u32 i = 0; i < header->count; i++, r++) {
		task_table_switch(c->tasks, ring->cpu, r);
		histograms_add(&c->interval, r);
		if (r->wait && WAIT_AFTER(r->wait) == WAIT_START)
			add_start(c, r);
		if (r->cost_ns)
			c->measured++;
		else
			c->unmeasured++;
	}
	recorder_batch(c->recorder, ring->cpu, (const void *)(header + 1), header->count,
		       header->first - ring->sent);
	ring->sent = header->first + header->count;
	ring->received += header->count;
	/*
	 * Stopping here loses nothing: libbpf counts a batch as consumed before it calls this
	 * function.
	 */
	return ring->received >= ring->stop_at ? -ECANCELED : 0;
}

static void drain_ring(struct cpu_ring *ring, u64 stop_at)
{
	int n;

	if (!ring->ring || ring->received >= stop_at)
		return;
	ring->stop_at = stop_at;
	n = ring_buffer__consume(ring->ring);
	if (n < 0 && n != -ECANCELED)
		warn("cannot read the ring of CPU %u: %s", ring->cpu, strerror(-n));
}

static void note_step(struct collector *c, u64 ts_ns, u64 lead_ns)
{
	recorder_clock(c->recorder, ts_ns, c->lead_ns, lead_ns);
	c->lead_ns = lead_ns;
}

static int on_task_event(void *ctx, void *data, size_t size)
{
	struct collector *c = ctx;
	const struct task_record *r = data;

	(void)size;
	if (r->event == CLOCK_STEPPED) {
		note_step(c, r->ts_ns, r->start_ns);
		return 0;
	}
	if (r->event == TASK_CREATED)
		histogram_add(&c->interval.creation[r->creation], r->created.duration_ns);
	recorder_task(c->recorder, r, task_table_comm(c->tasks, r->tid, BIRTH_OF(r->start_ns)));
	task_table_event(c->tasks, r);
	return 0;
}

static void drain_task_events(struct collector *c)
{
	ring_buffer__consume(c->task_ring);
}

/*
 * Notices a suspension on kernels without the suspend_resume tracepoint, or when its event was
 * lost. If its event came, lead_ns is already up to date.
 */
static void look_for_step(struct collector *c)
{
	u64 lead_ns = clock_lead_ns();

	if (lead_ns - c->lead_ns >= CLOCK_SLACK_NS && c->lead_ns - lead_ns >= CLOCK_SLACK_NS)
		note_step(c, clock_ns(), lead_ns);
}

/* Allows IDENTIFY_MOST look-ups in each period, whatever the interval between syncs is. */
static bool may_identify(struct collector *c)
{
	u64 now = clock_ns();

	if (now - c->identify_ns >= IDENTIFY_PERIOD_NS) {
		c->identify_ns = now;
		c->identify_budget = IDENTIFY_MOST;
	}
	if (!c->identify_budget)
		return false;
	c->identify_budget--;
	return true;
}

static void on_unknown_task(void *ctx, u32 tid, u32 birth)
{
	struct collector *c = ctx;
	struct task_record r;

	drain_task_events(c);
	if (task_table_knows(c->tasks, tid, birth) || !may_identify(c))
		return;
	if (!procfs_identify(tid, birth, &r))
		return;
	r.ts_ns = clock_ns();
	recorder_task(c->recorder, &r, NULL);
	task_table_event(c->tasks, &r);
}

static void on_empty_group(void *ctx)
{
	drain_task_events(ctx);
}

static int watch(struct collector *c, int ring_fd)
{
	struct epoll_event e = {.events = EPOLLIN | EPOLLET, .data.ptr = c->epoll_data};

	if (c->epoll_fd < 0)
		return 0;
	return epoll_ctl(c->epoll_fd, EPOLL_CTL_ADD, ring_fd, &e) ? -errno : 0;
}

/* Opens the ring of a CPU, if the CPU has one that is not open yet. */
static int open_ring(struct collector *c, unsigned int cpu)
{
	struct cpu_ring *ring = &c->rings[cpu];
	int fd = probes_ring_fd(c->probes, cpu);

	if (ring->ring || fd < 0)
		return 0;
	ring->ring = ring_buffer__new(fd, on_batch, ring, NULL);
	if (!ring->ring)
		return -errno;
	return watch(c, fd);
}

struct collector *collector_new(struct probes *probes, struct task_table *tasks,
				struct recorder *recorder)
{
	struct collector *c = xcalloc(1, sizeof(*c));
	int err = 0;

	c->probes = probes;
	c->tasks = tasks;
	c->recorder = recorder;
	c->epoll_fd = -1;
	c->lead_ns = clock_lead_ns();
	probes_set_lead(probes, c->lead_ns);
	c->cpus = probes_info(probes)->cpus;
	c->rings = xcalloc(c->cpus, sizeof(*c->rings));
	c->task_ring = ring_buffer__new(probes_task_ring_fd(probes), on_task_event, c, NULL);
	if (!c->task_ring)
		err = -errno;
	for (unsigned int cpu = 0; cpu < c->cpus && !err; cpu++) {
		c->rings[cpu].collector = c;
		c->rings[cpu].cpu = cpu;
		err = open_ring(c, cpu);
	}
	if (err) {
		collector_free(c);
		errno = -err;
		return NULL;
	}
	task_table_on_miss(tasks, on_unknown_task, c);
	task_table_on_empty(tasks, on_empty_group, c);
	return c;
}

void collector_free(struct collector *c)
{
	if (!c)
		return;
	for (unsigned int cpu = 0; cpu < c->cpus; cpu++)
		ring_buffer__free(c->rings[cpu].ring);
	ring_buffer__free(c->task_ring);
	histograms_release(&c->interval);
	free(c->rings);
	free(c);
}

int collector_watch(struct collector *c, int epoll_fd, void *data)
{
	int err;

	c->epoll_fd = epoll_fd;
	c->epoll_data = data;
	err = watch(c, probes_task_ring_fd(c->probes));
	for (unsigned int cpu = 0; cpu < c->cpus && !err; cpu++)
		if (c->rings[cpu].ring)
			err = watch(c, probes_ring_fd(c->probes, cpu));
	return err;
}

void collector_drain(struct collector *c)
{
	/*
	 * Takes at most as many records as a ring can hold, so that a busy CPU does not keep the
	 * collector from the others.
	 */
	u64 most = probes_info(c->probes)->ring_bytes / sizeof(struct switch_record);

	drain_task_events(c);
	for (unsigned int cpu = 0; cpu < c->cpus; cpu++)
		drain_ring(&c->rings[cpu], c->rings[cpu].received + most);
}

static void take_spill_histogram(struct histogram *to, const struct spill_histogram *from)
{
	if (!from->count)
		return;
	for (u32 b = 0; b < NR_BUCKETS; b++)
		if (from->buckets[b])
			histogram_add_bucket(to, b, from->buckets[b]);
	histogram_add_totals(to, from->count, from->sum_ns, from->min_ns, from->max_ns);
}

/* Adds what the last flush took out of use, and clears it for its next use. */
static void take_spill(struct collector *c)
{
	struct spill *s = probes_spill(c->probes);

	for (int cell = 0; cell < NR_CELLS; cell++) {
		take_spill_histogram(&c->interval.cost[cell], &s->cost[cell]);
		take_spill_histogram(&c->interval.wait[cell][WAIT_UNKNOWN], &s->wait[cell]);
		c->measured += s->cost[cell].count;
		c->unmeasured += s->unmeasured[cell];
	}
	memset(s, 0, sizeof(*s));
}

/*
 * Creates the ring of a CPU that came online after the start, and whose switches have all been
 * spilled so far.
 */
static void adopt_cpu(struct collector *c, unsigned int cpu)
{
	int err = probes_ring_create(c->probes, cpu);

	if (!err)
		err = open_ring(c, cpu);
	if (err)
		warn("cannot create the ring of CPU %u: %s; its switches are counted as spilled",
		     cpu, strerror(-err));
}

/* Records as lost what was spilled after the last batch that was received. */
static void note_lost(const struct collector *c, struct cpu_ring *ring,
		      const volatile struct cpu_snapshot *s)
{
	u64 sent = s->pushed + s->spilled;

	if (sent <= ring->sent)
		return;
	recorder_lost(c->recorder, ring->cpu, sent - ring->sent, s->ts_ns);
	ring->sent = sent;
}

static int sync_cpu(struct collector *c, unsigned int cpu, bool check)
{
	volatile struct cpu_state *state = probes_cpu(c->probes, cpu);
	struct cpu_ring *ring = &c->rings[cpu];
	int err;

	/* A CPU without switches since its last flush is not disturbed. */
	if (state->seen == state->snapshot.seen)
		return 0;
	err = probes_flush(c->probes, cpu, check);
	if (err)
		return err;
	drain_ring(ring, state->snapshot.pushed);
	if (state->snapshot.spilled != ring->spilled) {
		take_spill(c);
		ring->spilled = state->snapshot.spilled;
		if (!ring->ring)
			adopt_cpu(c, cpu);
	}
	note_lost(c, ring, &state->snapshot);
	return 0;
}

/* Total over the switches whose staging was timed. */
struct timed {
	u64 ns;
	u64 samples;
};

static void add_cpu(const struct collector *c, unsigned int cpu, struct accounting *a,
		    struct timed *staging)
{
	volatile struct cpu_snapshot *s = &probes_cpu(c->probes, cpu)->snapshot;

	for (int i = 0; i < NR_LABELS; i++)
		a->labels[i] += s->labels[i];
	for (int k = 0; k < NR_KINDS; k++)
		for (int e = 0; e < NR_TLB_EVENTS; e++)
			a->tlb[k][e] += s->tlb[k][e];
	a->seen += s->seen;
	a->spilled += s->spilled;
	a->unseen += s->unseen;
	a->received += c->rings[cpu].received;
	a->probe_run_ns += s->push_ns;
	if (s->ring_high_water > a->ring_high_water)
		a->ring_high_water = s->ring_high_water;
	staging->ns += s->probe_ns;
	staging->samples += s->probe_samples;
}

/* Adds up the CPUs' counters as of their last flushes. */
static void fill_raw(const struct collector *c, struct accounting *a, struct timed *staging)
{
	memset(a, 0, sizeof(*a));
	for (unsigned int cpu = 0; cpu < c->cpus; cpu++)
		add_cpu(c, cpu, a, staging);
}

void collector_fill_accounting(const struct collector *c, struct accounting *a)
{
	const struct probes_info *info = probes_info(c->probes);
	struct timed staging = {0};

	fill_raw(c, a, &staging);
	tlb_count_fill(&c->tlb, a, clock_ns());
	a->unmeasured = c->unmeasured;
	a->task_events_lost = probes_task_events_lost(c->probes);
	for (int k = 0; k < NR_CREATIONS; k++)
		a->creations[k] = probes_creations(c->probes, k);
	a->probe_runs = a->seen + c->measured;
	/*
	 * The time to send batches is always measured, and staging is measured once per batch;
	 * entering the programs was measured at start.
	 */
	a->probe_run_ns += a->seen * info->probe_entry_ns;
	if (staging.samples)
		a->probe_run_ns +=
			(u64)((double)staging.ns / (double)staging.samples * (double)a->seen);
}

int collector_sync(struct collector *c, bool check)
{
	int err = 0;

	for (unsigned int cpu = 0; cpu < c->cpus; cpu++) {
		int cpu_err = sync_cpu(c, cpu, check);

		if (cpu_err)
			err = cpu_err;
	}
	drain_task_events(c);
	probes_count_missed(c->probes);
	probes_govern(c->probes);
	look_for_step(c);
	return err;
}

int collector_count_tlb(struct collector *c, bool on)
{
	struct accounting now;
	struct timed staging = {0};
	int err = on ? probes_count_tlb(c->probes, true) : 0;

	/* While the kernel counts, so that each CPU's switches and events are of the same instant.
	 */
	if (!err)
		err = collector_sync(c, false);
	if (err)
		return err;
	fill_raw(c, &now, &staging);
	tlb_count_turn(&c->tlb, on, &now, clock_ns());
	return on ? 0 : probes_count_tlb(c->probes, false);
}

void collector_fill(struct collector *c, struct publication *p)
{
	struct histograms empty = p->interval;

	p->previous = p->now.accounting;
	collector_fill_accounting(c, &p->now.accounting);
	histograms_merge(&p->now.histograms, &c->interval);
	histograms_clear(&empty);
	p->interval = c->interval;
	c->interval = empty;
}

void collector_fill_totals(const struct collector *c, const struct snapshot *last,
			   struct snapshot *s)
{
	collector_fill_accounting(c, &s->accounting);
	histograms_clear(&s->histograms);
	histograms_merge(&s->histograms, &last->histograms);
	histograms_merge(&s->histograms, &c->interval);
}
