// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Moves a full batch to the ring buffer, or to the spill histogram when the ring buffer is full.
 * This happens once per BATCH_RECORDS switches. The functions are global, so the verifier checks
 * each only once; it takes their arguments as unknown scalars (pointer arguments would need Linux
 * 5.13).
 */
#include "maps.h"

#include "batch.h"

/*
 * The reader is woken when the fill of a ring buffer passes a multiple of this power of two. Below
 * the first multiple no wakeup is needed, since the reader drains all rings at each interval.
 */
const volatile u64 wakeup_bytes = 0;

/*
 * Size of the header that the ring buffer puts before each record (BPF_RINGBUF_HDR_SZ). Our record
 * sizes are multiples of 8, so there is no padding.
 */
#define RING_HEADER 8

static __always_inline void spill_add(struct spill_histogram *h, u64 ns)
{
	u32 bucket = bucket_index(ns > 0xffffffff ? 0xffffffff : ns);

	/*
	 * The bounds check must be made on the same register that indexes the array: verifiers
	 * before Linux 6.18 do not carry the bounds over to a copy.
	 */
	barrier_var(bucket);
	if (bucket >= NR_BUCKETS)
		return;
	h->buckets[bucket]++;
	h->sum_ns += ns;
	if (!h->count || ns < h->min_ns)
		h->min_ns = ns;
	if (ns > h->max_ns)
		h->max_ns = ns;
	h->count++;
}

__noinline int spill_record(u32 cpu, u32 i)
{
	struct cpu_state *c = cpu_state_of(cpu), *slot;
	struct switch_record *r;
	struct spill *s;
	u32 cell;

	if (!c)
		return 0;
	slot = cpu_state_of(c->spill_slot);
	if (!slot)
		return 0;
	r = &c->batch[i & (BATCH_RECORDS - 1)];
	s = &slot->spill;
	cell = r->label / NR_REASONS;
	if (cell >= NR_CELLS)
		return 0;
	if (r->cost_ns)
		spill_add(&s->cost[cell], r->cost_ns);
	else
		s->unmeasured[cell]++;
	if (r->wait)
		spill_add(&s->wait[cell], WAIT_NS(r->wait));
	return 0;
}

__noinline int batch_push(u32 cpu)
{
	struct cpu_state *c = cpu_state_of(cpu);
	u64 before, after, flags = BPF_RB_NO_WAKEUP;
	u32 size, n, i;
	void *ring;

	if (!c)
		return 0;
	n = c->staged;
	if (!n || n > BATCH_RECORDS)
		return 0;
	c->staged = 0;
	c->open = 0;
	c->header.first = c->pushed + c->spilled;
	c->header.cpu = cpu;
	c->header.count = n;
	size = sizeof(c->header) + n * sizeof(c->batch[0]);

	ring = bpf_map_lookup_elem(&rings, &cpu);
	if (ring) {
		before = bpf_ringbuf_query(ring, BPF_RB_AVAIL_DATA);
		after = before + RING_HEADER + size;
		if ((before ^ after) & ~(wakeup_bytes - 1))
			flags = BPF_RB_FORCE_WAKEUP;
		if (!bpf_ringbuf_output(ring, &c->header, size, flags)) {
			c->pushed += n;
			if (after > c->ring_high_water)
				c->ring_high_water = after;
			return 0;
		}
	}
	for (i = 0; i < BATCH_RECORDS && i < n; i++)
		spill_record(cpu, i);
	c->spilled += n;
	return 0;
}
