// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The histogram against a second implementation: the raw values, sorted. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/histogram.h"
#include "unit.h"

/* bucket.h once more, as the BPF programs see it, under other names. */
#undef TVTRACED_BUCKET_H
#define __bpf__
#define BUCKET_SUB_BITS BPF_BUCKET_SUB_BITS
#define BUCKET_SUBS BPF_BUCKET_SUBS
#define BUCKET_MAX_EXP BPF_BUCKET_MAX_EXP
#define NR_OCTAVES BPF_NR_OCTAVES
#define BUCKET_OVERFLOW BPF_BUCKET_OVERFLOW
#define NR_BUCKETS BPF_NR_BUCKETS
#define bucket_log2 bpf_bucket_log2
#define bucket_index bpf_bucket_index
#define bucket_low bpf_bucket_low
#include "bucket.h"
#undef __bpf__
#undef BUCKET_SUB_BITS
#undef BUCKET_SUBS
#undef BUCKET_MAX_EXP
#undef NR_OCTAVES
#undef BUCKET_OVERFLOW
#undef NR_BUCKETS
#undef bucket_log2
#undef bucket_index
#undef bucket_low

enum { MANY = 20000 };

static const u32 edges[] = {
	0,
	1,
	2,
	14,
	15,
	16,
	17,
	31,
	32,
	33,
	(1u << 30) - 1,
	1u << 30,
	(1u << 30) + 1,
	UINT32_MAX - 1,
	UINT32_MAX,
};

/* As slow and as plain as can be. */
static u32 bucket_by_search(u32 ns)
{
	u32 b = 0;

	while (b + 1 < NR_BUCKETS && bucket_low(b + 1) <= ns)
		b++;
	return b;
}

static void check_value(u32 ns)
{
	u32 b = bucket_index(ns);

	assert_int_equal(b, bucket_by_search(ns));
	assert_int_equal(b, bpf_bucket_index(ns));
	if (ns)
		assert_int_equal(bucket_log2(ns), bpf_bucket_log2(ns));
	assert_true(bucket_low(b) <= ns);
	if (b == BUCKET_OVERFLOW)
		return;
	assert_true(ns < bucket_low(b + 1));
	/* Any two values of a bucket are within 1/16 of the smaller one. */
	assert_true((bucket_low(b + 1) - 1 - bucket_low(b)) * 16 <= bucket_low(b));
}

static void buckets_partition_all_values(void **state)
{
	u64 random = 1;

	(void)state;
	assert_int_equal(bucket_low(0), 0);
	assert_int_equal(bucket_low(BUCKET_OVERFLOW), 1u << BUCKET_MAX_EXP);
	for (u32 b = 0; b + 1 < NR_BUCKETS; b++)
		assert_true(bucket_low(b) < bucket_low(b + 1));
	for (u32 b = 0; b < NR_BUCKETS; b++) {
		check_value((u32)bucket_low(b));
		if (b)
			check_value((u32)bucket_low(b) - 1);
	}
	for (size_t i = 0; i < ARRAY_SIZE(edges); i++)
		check_value(edges[i]);
	for (int i = 0; i < MANY; i++)
		check_value((u32)next_random(&random) >> (i % 32));
}

/* A histogram, and the values that are in it. */
struct pair {
	struct histogram h;
	u32 *values;
	size_t n;
};

static void pair_add(struct pair *p, u32 ns)
{
	p->values = realloc(p->values, (p->n + 1) * sizeof(*p->values));
	assert_non_null(p->values);
	p->values[p->n++] = ns;
	histogram_add(&p->h, ns);
}

static void pair_release(struct pair *p)
{
	histogram_release(&p->h);
	free(p->values);
	memset(p, 0, sizeof(*p));
}

static int by_size(const void *a, const void *b)
{
	u32 x = *(const u32 *)a, y = *(const u32 *)b;

	return (x > y) - (x < y);
}

static void check_quantile(const struct pair *p, u64 per_mille)
{
	u64 rank = (per_mille * p->n + 999) / 1000;
	u32 exact = p->values[rank ? rank - 1 : 0];
	u32 q = histogram_quantile(&p->h, (double)per_mille / 1000);

	assert_int_equal(bucket_index(q), bucket_index(exact));
	assert_in_range(q, p->values[0], p->values[p->n - 1]);
	if (exact < 1u << BUCKET_MAX_EXP)
		assert_true(fabs((double)q - exact) * 32 <= exact);
}

static void check_pair(struct pair *p)
{
	static const u64 per_mille[] = {0, 1, 10, 250, 500, 900, 950, 990, 999, 1000};
	u64 sum = 0, counts[NR_BUCKETS] = {0};

	qsort(p->values, p->n, sizeof(*p->values), by_size);
	for (size_t i = 0; i < p->n; i++) {
		sum += p->values[i];
		counts[bucket_by_search(p->values[i])]++;
	}
	assert_int_equal(p->h.count, p->n);
	assert_int_equal(p->h.sum_ns, sum);
	assert_int_equal(p->h.min_ns, p->values[0]);
	assert_int_equal(p->h.max_ns, p->values[p->n - 1]);
	assert_true(histogram_mean(&p->h) == (double)sum / (double)p->n);
	for (u32 b = 0; b < NR_BUCKETS; b++)
		assert_int_equal(histogram_bucket(&p->h, b), counts[b]);
	for (size_t i = 0; i < ARRAY_SIZE(per_mille); i++)
		check_quantile(p, per_mille[i]);
}

static void one_value_is_its_own_every_quantile(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(edges); i++) {
		struct pair p = {0};

		pair_add(&p, edges[i]);
		check_pair(&p);
		assert_int_equal(histogram_quantile(&p.h, 0.5), edges[i]);
		pair_release(&p);
	}
}

static void agrees_with_sorted_values(void **state)
{
	static const int sizes[] = {1, 2, 3, 9, 10, 11, 99, 100, 101, 1000, 1001, MANY};
	u64 random = 2;

	(void)state;
	for (size_t s = 0; s < ARRAY_SIZE(sizes); s++)
		for (int shift = 0; shift < 32; shift += 5) {
			struct pair p = {0};

			for (int i = 0; i < sizes[s]; i++)
				pair_add(&p, (u32)next_random(&random) >> (shift + i % 3 * 3) % 32);
			check_pair(&p);
			pair_release(&p);
		}
}

static void agrees_for_every_octave(void **state)
{
	struct pair all = {0};

	(void)state;
	for (int e = 0; e < 32; e++)
		for (u32 step = 0; step < 40; step++)
			pair_add(&all, (u32)(((u64)1 << e) + ((u64)step << e) / 40));
	for (size_t i = 0; i < ARRAY_SIZE(edges); i++)
		pair_add(&all, edges[i]);
	check_pair(&all);
	pair_release(&all);
}

static void merging_is_adding_everything(void **state)
{
	struct pair whole = {0}, parts[3] = {{{0}, NULL, 0}};
	struct histogram merged = {0}, empty = {0};
	u64 random = 3;

	(void)state;
	for (int i = 0; i < MANY; i++) {
		u32 ns = (u32)next_random(&random) >> (i % 32);

		pair_add(&whole, ns);
		pair_add(&parts[i % 3], ns);
	}
	histogram_merge(&merged, &empty);
	assert_int_equal(merged.count, 0);
	for (int i = 0; i < 3; i++) {
		histogram_merge(&merged, &parts[i].h);
		check_pair(&parts[i]);
		pair_release(&parts[i]);
	}
	histogram_merge(&merged, &empty);
	histogram_release(&whole.h);
	whole.h = merged;
	check_pair(&whole);
	pair_release(&whole);
}

/* As spilled switches come: buckets, then their totals. */
static void adding_by_bucket_is_adding_values(void **state)
{
	struct pair p = {0};
	struct histogram h = {0};
	u64 random = 4;

	(void)state;
	for (int i = 0; i < MANY; i++)
		pair_add(&p, (u32)next_random(&random) >> (i % 32));
	for (u32 b = 0; b < NR_BUCKETS; b++)
		if (histogram_bucket(&p.h, b))
			histogram_add_bucket(&h, b, histogram_bucket(&p.h, b));
	histogram_add_totals(&h, p.h.count, p.h.sum_ns, p.h.min_ns, p.h.max_ns);
	/* Without a count, the range means nothing. */
	histogram_add_totals(&h, 0, 1, 0, UINT32_MAX);
	histogram_release(&p.h);
	p.h = h;
	check_pair(&p);
	pair_release(&p);
}

static void empty_says_nothing(void **state)
{
	struct histogram h = {0};

	(void)state;
	assert_int_equal(histogram_quantile(&h, 0.5), 0);
	assert_true(histogram_mean(&h) == 0);
	for (u32 b = 0; b < NR_BUCKETS; b++)
		assert_int_equal(histogram_bucket(&h, b), 0);
	histogram_release(&h);
}

static void cleared_is_as_new(void **state)
{
	struct pair p = {0};

	(void)state;
	pair_add(&p, 5);
	pair_add(&p, UINT32_MAX);
	histogram_clear(&p.h);
	assert_int_equal(histogram_quantile(&p.h, 1), 0);
	p.n = 0;
	pair_add(&p, 700);
	pair_add(&p, 800);
	check_pair(&p);
	pair_release(&p);
}

/* More than 2^32 values, and a sum beyond 2^53. */
static void large_counts_stay_exact(void **state)
{
	struct histogram h = {0};
	u64 n = (u64)5 << 32;

	(void)state;
	histogram_add_bucket(&h, bucket_index(3000000), n);
	histogram_add_totals(&h, n, n * 3000000, 3000000, 3000000);
	histogram_add(&h, 7);
	assert_int_equal(h.count, n + 1);
	assert_int_equal(h.sum_ns, n * 3000000 + 7);
	assert_int_equal(histogram_bucket(&h, bucket_index(3000000)), n);
	assert_int_equal(histogram_quantile(&h, 0), 7);
	assert_int_equal(bucket_index(histogram_quantile(&h, 0.5)), bucket_index(3000000));
	histogram_release(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(buckets_partition_all_values),
		cmocka_unit_test(one_value_is_its_own_every_quantile),
		cmocka_unit_test(agrees_with_sorted_values),
		cmocka_unit_test(agrees_for_every_octave),
		cmocka_unit_test(merging_is_adding_everything),
		cmocka_unit_test(adding_by_bucket_is_adding_values),
		cmocka_unit_test(empty_says_nothing),
		cmocka_unit_test(cleared_is_as_new),
		cmocka_unit_test(large_counts_stay_exact),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
