// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What histograms are printed from, against a naive sum over the values; and the bars. */
#include "common/histogram.h"
#include "unit.h"

enum { VALUES = 3000, RANGES = 3000, BARS = 20000, MOST_WIDTH = 80 };

static u32 values[VALUES];

/* Of every octave alike, and those at its edges. */
static u32 random_value(uint64_t *random)
{
	u32 low = (u32)1 << next_random(random) % 32;

	switch (next_random(random) % 4) {
	case 0:
		return low;
	case 1:
		return low - 1;
	default:
		return low + (u32)(next_random(random) % low);
	}
}

static void fill(struct histogram *h)
{
	uint64_t random = 11;

	for (size_t i = 0; i < VALUES; i++) {
		values[i] = random_value(&random);
		histogram_add(h, values[i]);
	}
}

/* Values that are at least low and less than end. */
static u64 values_within(u64 low, u64 end)
{
	u64 n = 0;

	for (size_t i = 0; i < VALUES; i++)
		n += values[i] >= low && values[i] < end;
	return n;
}

static u64 end_of(u32 bucket)
{
	return bucket < BUCKET_OVERFLOW ? bucket_low(bucket + 1) : UINT64_MAX;
}

static void ranges_have_their_values(void **state)
{
	struct histogram h = {0};
	uint64_t random = 12;

	(void)state;
	fill(&h);
	for (int i = 0; i < RANGES; i++) {
		u32 first = (u32)(next_random(&random) % NR_BUCKETS);
		u32 last = first + (u32)(next_random(&random) % (NR_BUCKETS - first));

		assert_int_equal(histogram_between(&h, first, last),
				 values_within(bucket_low(first), end_of(last)));
	}
	histogram_release(&h);
}

static void edges_of_ranges(void **state)
{
	struct histogram h = {0};

	(void)state;
	fill(&h);
	assert_int_equal(histogram_between(&h, 0, NR_BUCKETS - 1), VALUES);
	for (u32 b = 0; b < NR_BUCKETS; b++)
		assert_int_equal(histogram_between(&h, b, b),
				 values_within(bucket_low(b), end_of(b)));
	/* None, when the last one comes before the first. */
	for (u32 b = 1; b < NR_BUCKETS; b++)
		assert_int_equal(histogram_between(&h, b, b - 1), 0);
	/* Those that there are not are empty. */
	assert_int_equal(histogram_between(&h, 0, NR_BUCKETS), VALUES);
	assert_int_equal(histogram_between(&h, 0, UINT32_MAX), VALUES);
	assert_int_equal(histogram_between(&h, NR_BUCKETS, UINT32_MAX), 0);
	assert_int_equal(histogram_between(&h, UINT32_MAX, UINT32_MAX), 0);
	histogram_release(&h);
}

static void octaves_have_their_values(void **state)
{
	struct histogram h = {0};
	u64 sum = 0;

	(void)state;
	fill(&h);
	assert_true(values_within(0, 1) > 0);
	for (u32 e = 0; e <= BUCKET_MAX_EXP; e++) {
		u64 low = e ? (u64)1 << e : 0, end = e < BUCKET_MAX_EXP ? (u64)2 << e : UINT64_MAX;
		u64 n = values_within(low, end);

		assert_true(n > 0);
		assert_int_equal(histogram_octave(&h, e), n);
		sum += n;
	}
	/* Each is in one; 0 is in the first. */
	assert_int_equal(sum, VALUES);
	histogram_release(&h);
}

/* The first and the last value of an octave, and those next to it. */
static void octaves_begin_and_end_where_they_should(void **state)
{
	(void)state;
	for (u32 e = 0; e <= BUCKET_MAX_EXP; e++) {
		struct histogram h = {0};
		u32 low = e ? (u32)1 << e : 0;
		u32 last = e < BUCKET_MAX_EXP ? ((u32)2 << e) - 1 : UINT32_MAX;

		if (e)
			histogram_add(&h, low - 1);
		assert_int_equal(histogram_octave(&h, e), 0);
		histogram_add(&h, low);
		assert_int_equal(histogram_octave(&h, e), 1);
		histogram_add(&h, last);
		assert_int_equal(histogram_octave(&h, e), 2);
		if (e < BUCKET_MAX_EXP)
			histogram_add(&h, last + 1);
		assert_int_equal(histogram_octave(&h, e), 2);
		histogram_release(&h);
	}
}

static void an_empty_one_has_none(void **state)
{
	const struct histogram h = {0};

	(void)state;
	assert_int_equal(histogram_between(&h, 0, UINT32_MAX), 0);
	for (u32 e = 0; e <= BUCKET_MAX_EXP; e++)
		assert_int_equal(histogram_octave(&h, e), 0);
}

/* Counts that do not fit into 32 bits. */
static void large_counts_add_up(void **state)
{
	const u64 many = (u64)5 << 40;
	struct histogram h = {0};

	(void)state;
	for (u32 b = 0; b < NR_BUCKETS; b++)
		histogram_add_bucket(&h, b, many + b);
	for (u32 e = BUCKET_SUB_BITS; e < BUCKET_MAX_EXP; e++) {
		u64 first = bucket_index((u32)1 << e);

		assert_int_equal(histogram_octave(&h, e),
				 BUCKET_SUBS * (many + first) +
					 BUCKET_SUBS * (BUCKET_SUBS - 1) / 2);
	}
	assert_int_equal(histogram_octave(&h, BUCKET_MAX_EXP), many + BUCKET_OVERFLOW);
	histogram_release(&h);
}

/* The longest bar that is not longer than its share, found by trying. */
static int naive_bar(u64 n, u64 most, int width)
{
	int length = 0;

	while (length < width && (u64)(length + 1) * most <= n * (u64)width)
		length++;
	return n && !length && width ? 1 : length;
}

static void bars_have_their_share(void **state)
{
	uint64_t random = 13;

	(void)state;
	for (int i = 0; i < BARS; i++) {
		u64 most = 1 + (next_random(&random) >> (34 + next_random(&random) % 30));
		u64 n = next_random(&random) % (most + 1);
		int width = (int)(next_random(&random) % (MOST_WIDTH + 1));

		assert_int_equal(histogram_bar(n, most, width), naive_bar(n, most, width));
	}
}

static void edges_of_bars(void **state)
{
	static const u64 counts[] = {1, 2, 3, 7, 79, 80, 81, 1000000007, (u64)1 << 53, UINT64_MAX};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(counts); i++)
		for (int width = 1; width <= MOST_WIDTH; width++) {
			/* The longest is as wide as can be, the smallest is still seen. */
			assert_int_equal(histogram_bar(counts[i], counts[i], width), width);
			assert_true(histogram_bar(1, counts[i], width) >= 1);
			assert_int_equal(histogram_bar(0, counts[i], width), 0);
		}
	/* Where there is nothing to see, or no place. */
	assert_int_equal(histogram_bar(0, 0, MOST_WIDTH), 0);
	assert_int_equal(histogram_bar(5, 5, 0), 0);
	assert_int_equal(histogram_bar(1, 1000, 0), 0);
}

static void more_is_never_shorter(void **state)
{
	enum { MOST = 997 };

	(void)state;
	for (int width = 0; width <= MOST_WIDTH; width++)
		for (u64 n = 1; n <= MOST; n++)
			assert_true(histogram_bar(n, MOST, width) >=
				    histogram_bar(n - 1, MOST, width));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ranges_have_their_values),
		cmocka_unit_test(edges_of_ranges),
		cmocka_unit_test(octaves_have_their_values),
		cmocka_unit_test(octaves_begin_and_end_where_they_should),
		cmocka_unit_test(an_empty_one_has_none),
		cmocka_unit_test(large_counts_add_up),
		cmocka_unit_test(bars_have_their_share),
		cmocka_unit_test(edges_of_bars),
		cmocka_unit_test(more_is_never_shorter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
