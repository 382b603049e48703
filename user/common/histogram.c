// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "common/histogram.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"

u64 *histogram_slot(struct histogram *h, u32 bucket)
{
	u64 **octave = &h->octaves[bucket / BUCKET_SUBS];

	if (!*octave)
		*octave = xcalloc(BUCKET_SUBS, sizeof(**octave));
	return &(*octave)[bucket % BUCKET_SUBS];
}

static void note_range(struct histogram *h, u64 min_ns, u64 max_ns)
{
	if (!h->count || min_ns < h->min_ns)
		h->min_ns = min_ns;
	if (max_ns > h->max_ns)
		h->max_ns = max_ns;
}

void histogram_add_bucket(struct histogram *h, u32 bucket, u64 n)
{
	*histogram_slot(h, bucket) += n;
}

void histogram_add_totals(struct histogram *h, u64 count, u64 sum_ns, u64 min_ns, u64 max_ns)
{
	if (!count)
		return;
	note_range(h, min_ns, max_ns);
	h->count += count;
	h->sum_ns += sum_ns;
}

u64 histogram_bucket(const struct histogram *h, u32 bucket)
{
	const u64 *octave = h->octaves[bucket / BUCKET_SUBS];

	return octave ? octave[bucket % BUCKET_SUBS] : 0;
}

u64 histogram_between(const struct histogram *h, u32 first, u32 last)
{
	u64 n = 0;

	for (u32 b = first; b <= last && b < NR_BUCKETS; b++)
		n += histogram_bucket(h, b);
	return n;
}

u64 histogram_octave(const struct histogram *h, u32 e)
{
	u32 end = e < BUCKET_MAX_EXP ? bucket_index((u32)2 << e) : NR_BUCKETS;

	return histogram_between(h, e ? bucket_index((u32)1 << e) : 0, end - 1);
}

int histogram_bar(u64 n, u64 most, int width)
{
	int length = most ? (int)((double)n * width / (double)most) : 0;

	return n && !length && width > 0 ? 1 : length;
}

void histogram_merge(struct histogram *to, const struct histogram *from)
{
	for (u32 o = 0; o <= NR_OCTAVES; o++) {
		if (!from->octaves[o])
			continue;
		for (u32 b = o * BUCKET_SUBS; b < (o + 1) * BUCKET_SUBS; b++)
			if (histogram_bucket(from, b))
				*histogram_slot(to, b) += histogram_bucket(from, b);
	}
	histogram_add_totals(to, from->count, from->sum_ns, from->min_ns, from->max_ns);
}

static u64 middle(const struct histogram *h, u32 bucket)
{
	u64 low = bucket_low(bucket);
	u64 high = bucket == BUCKET_OVERFLOW ? h->max_ns : bucket_low(bucket + 1) - 1;
	u64 mid = low + (high > low ? (high - low) / 2 : 0);

	if (mid < h->min_ns)
		return h->min_ns;
	return mid > h->max_ns ? h->max_ns : mid;
}

u64 histogram_quantile(const struct histogram *h, double q)
{
	u64 rank = (u64)ceil(q * (double)h->count), below = 0;

	if (!h->count)
		return 0;
	if (!rank)
		rank = 1;
	for (u32 b = 0; b < NR_BUCKETS; b++) {
		below += histogram_bucket(h, b);
		if (below >= rank)
			return middle(h, b);
	}
	return h->max_ns;
}

double histogram_mean(const struct histogram *h)
{
	return h->count ? (double)h->sum_ns / (double)h->count : 0;
}

void histogram_clear(struct histogram *h)
{
	for (u32 o = 0; o <= NR_OCTAVES; o++)
		if (h->octaves[o])
			memset(h->octaves[o], 0, BUCKET_SUBS * sizeof(*h->octaves[o]));
	h->count = 0;
	h->sum_ns = 0;
	h->min_ns = 0;
	h->max_ns = 0;
}

void histogram_release(struct histogram *h)
{
	for (u32 o = 0; o <= NR_OCTAVES; o++)
		free(h->octaves[o]);
	memset(h, 0, sizeof(*h));
}
