// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Sends a CPU's batch and takes a snapshot of its counters. Userspace runs the program with
 * BPF_PROG_TEST_RUN on that CPU, with preemption disabled or in an interrupt, so no switch can come
 * in between and the snapshot is of one instant. For an offline CPU it runs on another one.
 */
#include "maps.h"

#include <bpf/bpf_core_read.h>

#include "batch.h"
#include "run_queue.h"

/* True if interrupts are on between a switch and its end, as with sched_exit_tp. */
const volatile bool end_interruptible = false;

/*
 * Keeps the open record out of the batch if its end may still come. With end_interruptible, this
 * program may have interrupted a switch before its end: the open record then becomes the first of
 * the next batch, and the snapshot is of the instant before that switch (finish_switch() allows for
 * the move). With other cost sources, the end of an open record was missed and will not come.
 * Returns the number of records kept, 0 or 1.
 */
static __always_inline u32 keep_open(struct cpu_state *c, struct switch_record *kept)
{
	if (!end_interruptible || !c->open || c->open != c->staged)
		return 0;
	*kept = c->batch[(c->open - 1) & (BATCH_RECORDS - 1)];
	c->staged--;
	return 1;
}

/* nr_switches is rq->nr_switches of that CPU; 0 leaves `unseen` unchanged. */
__noinline int flush_cpu(u32 cpu, u32 spare, u64 nr_switches)
{
	struct cpu_state *c = cpu_state_of(cpu);
	struct switch_record kept = {};
	struct cpu_snapshot *s;
	u32 i, keep;

	if (!c)
		return 0;
	keep = keep_open(c, &kept);
	c->open = 0;
	batch_push(cpu);
	c->spill_slot = spare;

	s = &c->snapshot;
	for (i = 0; i < NR_LABELS; i++)
		s->labels[i] = c->labels[i];
	if (keep && kept.label < NR_LABELS)
		s->labels[kept.label]--;
	for (i = 0; i < NR_KINDS * NR_TLB_EVENTS; i++)
		s->tlb[i / NR_TLB_EVENTS][i % NR_TLB_EVENTS] =
			c->tlb[i / NR_TLB_EVENTS][i % NR_TLB_EVENTS];
	s->seen = c->seen - keep;
	s->pushed = c->pushed;
	s->spilled = c->spilled;
	if (c->started && nr_switches)
		s->unseen = nr_switches - c->nr_switches_base - c->seen;
	s->probe_ns = c->probe_ns;
	s->probe_samples = c->probe_samples;
	s->push_ns = c->push_ns;
	s->pushes = c->pushes;
	s->ring_high_water = c->ring_high_water;
	s->ts_ns = bpf_ktime_get_ns();

	if (keep) {
		c->batch[0] = kept;
		c->staged = 1;
		c->open = 1;
	}
	return 0;
}

SEC("raw_tp/flush")
int flush(struct flush_args *args)
{
	u64 nr_switches = 0;
	u32 cpu = args->cpu;

	if (args->check && cpu == bpf_get_smp_processor_id())
		nr_switches = run_queue_switches((void *)bpf_get_current_task());
	flush_cpu(cpu, args->spare, nr_switches);
	return 0;
}
