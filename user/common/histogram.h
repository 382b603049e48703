/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Log-linear histogram of costs in nanoseconds; bucket bounds are those of bucket.h. */
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
	u32 min_ns; /* of all values; 0 while count is 0 */
	u32 max_ns;
	u64 *octaves[NR_OCTAVES + 1];
};

/* Adds one value in ns. Exits on memory exhaustion, as every allocation of the daemon does. */
void histogram_add(struct histogram *h, u32 ns);

/* Adds n values to one bucket without touching count, sum, min or max; see histogram_add_totals. */
void histogram_add_bucket(struct histogram *h, u32 bucket, u64 n);

/* Adds the totals that go with histogram_add_bucket. Ignored when count is 0. */
void histogram_add_totals(struct histogram *h, u64 count, u64 sum_ns, u32 min_ns, u32 max_ns);

/* Number of values in one bucket, 0 .. NR_BUCKETS - 1. */
u64 histogram_bucket(const struct histogram *h, u32 bucket);

/* Number of values in the buckets first .. last; those that there are not are empty. */
u64 histogram_between(const struct histogram *h, u32 first, u32 last);

/* Number of values in the octave [2^e, 2^(e+1)) ns, e in 0 .. BUCKET_MAX_EXP; the last has no end.
 */
u64 histogram_octave(const struct histogram *h, u32 e);

/*
 * How many characters of `width` a bar for n values has, where the longest one stands for `most`:
 * at least one for what is there at all.
 */
int histogram_bar(u64 n, u64 most, int width);

/* Adds every value of `from` to `to`. */
void histogram_merge(struct histogram *to, const struct histogram *from);

/*
 * Quantile q in 0 .. 1 in ns: the middle of the bucket that holds the ceil(q * count)-th smallest
 * value, kept within min and max; so q = 0 and q = 1 are exact to a bucket, and the relative
 * error is at most 1/32. 0 when empty.
 */
u32 histogram_quantile(const struct histogram *h, double q);

/* Arithmetic mean in ns; exact. 0 when empty. */
double histogram_mean(const struct histogram *h);

/* Empties the histogram, keeping its memory. */
void histogram_clear(struct histogram *h);

/* Frees what the histogram holds, not the histogram itself, and leaves it empty. */
void histogram_release(struct histogram *h);

#endif
