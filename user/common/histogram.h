/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A log-linear histogram of costs or waits in nanoseconds; bucket.h defines the bounds of the
 * buckets. */
#ifndef TVTRACED_COMMON_HISTOGRAM_H
#define TVTRACED_COMMON_HISTOGRAM_H

#include "record.h"

/*
 * An all-zero histogram is empty and valid. Octaves are allocated when first hit: a real
 * distribution touches five or six of the 28, and there is one histogram per group and kind.
 */
struct histogram {
	u64 count;
	u64 sum_ns;
	u64 min_ns; /* of all values; 0 while count is 0 */
	u64 max_ns;
	u64 *octaves[NR_OCTAVES + 1];
};

/*
 * Returns the counter of a bucket, for histogram_add(). Exits on memory exhaustion, as every
 * allocation of the daemon does.
 */
u64 *histogram_slot(struct histogram *h, u32 bucket);

/* Adds one value in ns. It is inline because it runs four times for each switch of the host. */
static inline void histogram_add(struct histogram *h, u64 ns)
{
	u32 bucket = bucket_index(ns < UINT32_MAX ? (u32)ns : UINT32_MAX);
	u64 *octave = h->octaves[bucket / BUCKET_SUBS];

	if (octave)
		octave[bucket % BUCKET_SUBS]++;
	else
		*histogram_slot(h, bucket) += 1;
	if (!h->count || ns < h->min_ns)
		h->min_ns = ns;
	if (ns > h->max_ns)
		h->max_ns = ns;
	h->count++;
	h->sum_ns += ns;
}

/* Adds n values to one bucket without touching count, sum, min or max; see histogram_add_totals. */
void histogram_add_bucket(struct histogram *h, u32 bucket, u64 n);

/* Adds the totals that go with histogram_add_bucket. Ignored when count is 0. */
void histogram_add_totals(struct histogram *h, u64 count, u64 sum_ns, u64 min_ns, u64 max_ns);

/* Returns the number of values in one bucket, 0 .. NR_BUCKETS - 1. */
u64 histogram_bucket(const struct histogram *h, u32 bucket);

/*
 * Returns the number of values in the buckets first .. last; buckets that do not exist count as
 * empty.
 */
u64 histogram_between(const struct histogram *h, u32 first, u32 last);

/*
 * Returns the number of values in the octave [2^e, 2^(e+1)) ns, e in 0 .. BUCKET_MAX_EXP; the last
 * octave has no upper end, and the first one also has the values 0.
 */
u64 histogram_octave(const struct histogram *h, u32 e);

/*
 * Returns the length of a bar for n values, in characters, when `width` characters stand for `most`
 * values. A nonzero n gets at least one character.
 */
int histogram_bar(u64 n, u64 most, int width);

/* Adds every value of `from` to `to`. */
void histogram_merge(struct histogram *to, const struct histogram *from);

/*
 * Returns the quantile q in 0 .. 1 in ns; 0 when empty. It is the middle of the bucket that holds
 * the ceil(q * count)-th smallest value, kept within min and max, so that q = 0 and q = 1 are exact
 * to a bucket and the relative error is at most 1/32.
 */
u64 histogram_quantile(const struct histogram *h, double q);

/* Returns the exact arithmetic mean in ns; 0 when empty. */
double histogram_mean(const struct histogram *h);

/* Empties the histogram but keeps its memory. */
void histogram_clear(struct histogram *h);

/* Frees what the histogram holds, not the histogram itself, and leaves it empty. */
void histogram_release(struct histogram *h);

#endif
