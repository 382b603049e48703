// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The timeline against the times themselves, counted anew for every width. */
#include <stdlib.h>

#include "report/timeline.h"
#include "unit.h"

enum { NARROWEST_NS = 1 << 16, MOST = 400, ROUNDS = 200 };

struct times {
	u64 ts_ns[MOST];
	int series[MOST];
	int n;
};

static u64 count_times(const struct times *t, u64 width_ns, u64 step, int series)
{
	u64 n = 0;

	for (int i = 0; i < t->n; i++)
		n += t->ts_ns[i] / width_ns == step && t->series[i] == series;
	return n;
}

/* The narrowest power of two whose steps hold all of them. */
static u64 width_of(const struct times *t)
{
	u64 min = t->ts_ns[0], max = min, width_ns = NARROWEST_NS;

	for (int i = 1; i < t->n; i++) {
		min = t->ts_ns[i] < min ? t->ts_ns[i] : min;
		max = t->ts_ns[i] > max ? t->ts_ns[i] : max;
	}
	while (max / width_ns - min / width_ns >= TIMELINE_STEPS)
		width_ns *= 2;
	return width_ns;
}

static void check_timeline(const struct timeline *line, const struct times *t)
{
	u64 sum = 0;

	assert_int_equal(line->width_ns, width_of(t));
	assert_true(line->last >= line->first && line->last - line->first < TIMELINE_STEPS);
	for (u64 step = line->first; step <= line->last; step++)
		for (int s = 0; s < TIMELINE_SERIES; s++) {
			u64 n = timeline_count(line, step, s);

			assert_int_equal(n, count_times(t, line->width_ns, step, s));
			sum += n;
		}
	assert_int_equal(sum, t->n);
}

/* One after the other, each a little or a lot later, or earlier as those of other CPUs. */
static void fill(struct times *t, struct timeline *line, uint64_t *random)
{
	u64 ts_ns = next_random(random) >> (next_random(random) % 64);
	u64 shift = 30 + next_random(random) % 30;

	for (t->n = 0; t->n < MOST; t->n++) {
		u64 move = next_random(random) >> (shift + next_random(random) % 4);

		if (next_random(random) % 4 && ts_ns + move > ts_ns)
			ts_ns += move;
		else
			ts_ns -= move < ts_ns ? move : ts_ns;
		t->ts_ns[t->n] = ts_ns;
		t->series[t->n] = (int)(next_random(random) % TIMELINE_SERIES);
		timeline_add(line, ts_ns, t->series[t->n]);
	}
}

static void agrees_with_the_times(void **state)
{
	struct timeline *line = malloc(sizeof(*line));
	uint64_t random = 1;

	(void)state;
	assert_non_null(line);
	for (int round = 0; round < ROUNDS; round++) {
		struct times t;

		*line = (struct timeline){0};
		fill(&t, line, &random);
		check_timeline(line, &t);
	}
	free(line);
}

static void check_two(u64 a, u64 b)
{
	struct timeline line = {0};
	struct times t = {.ts_ns = {a, b, a}, .series = {0, TIMELINE_UNLABELLED, 1}, .n = 3};

	for (int i = 0; i < t.n; i++)
		timeline_add(&line, t.ts_ns[i], t.series[i]);
	check_timeline(&line, &t);
}

/* In either order: as many steps as there are, one more, and as far apart as can be. */
static void edges_fit(void **state)
{
	static const u64 whole = (u64)NARROWEST_NS * TIMELINE_STEPS;
	const u64 spans[] = {0,	    NARROWEST_NS - 1,	  NARROWEST_NS, whole - 1,
			     whole, whole + NARROWEST_NS, (u64)1 << 40, UINT64_MAX};
	const u64 begins[] = {0, 1, NARROWEST_NS - 1, NARROWEST_NS, (u64)1 << 33};

	(void)state;
	for (size_t s = 0; s < ARRAY_SIZE(spans); s++)
		for (size_t b = 0; b < ARRAY_SIZE(begins); b++) {
			u64 end = begins[b] + spans[s];

			end = end < begins[b] ? UINT64_MAX : end;
			check_two(begins[b], end);
			check_two(end, begins[b]);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agrees_with_the_times),
		cmocka_unit_test(edges_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
