// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Halves of switches, delivered as a capture has them, some lost: what is joined is what was. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "report/trace_join.h"
#include "unit.h"

/* A capture's halves are never further apart than MOST_APART: see trace_join.c. */
enum { SWITCHES = 20000, MOST_APART = 1024, TASKS = 16, ROUNDS = 20, STEP_NS = 10 };

/* Only its address matters. */
struct traced {
	char any;
};

static struct traced tasks[TASKS];

struct fate {
	struct joined whole;
	bool has_who, has_what;
	int taken;
};

struct expected {
	struct fate fates[SWITCHES];
	u64 last_ns;
	bool in_order;
	size_t taken;
};

/* Who switched is of the one half, the rest of the other one, which knows the reason better. */
static void check_halves(const struct fate *f, const struct joined *j)
{
	const struct joined *w = &f->whole;

	assert_ptr_equal(j->prev, f->has_who ? w->prev : NULL);
	assert_ptr_equal(j->next, f->has_who ? w->next : NULL);
	assert_int_equal(j->labelled, f->has_what);
	assert_int_equal(j->cost_ns, f->has_what ? w->cost_ns : 0);
	assert_int_equal(j->other, f->has_what ? w->other : 0);
	assert_int_equal(j->kind, f->has_what ? w->kind : 0);
	assert_int_equal(j->from, f->has_what ? w->from : 0);
	assert_int_equal(j->reason, f->has_what ? w->reason : !w->reason);
}

static void take(void *ctx, const struct joined *j)
{
	struct expected *e = ctx;
	struct fate *f;

	assert_in_range(j->ts_ns / STEP_NS, 1, SWITCHES);
	f = &e->fates[j->ts_ns / STEP_NS - 1];
	check_halves(f, j);
	assert_int_equal(f->taken++, 0);
	e->in_order = e->in_order && j->ts_ns > e->last_ns;
	e->last_ns = j->ts_ns;
	e->taken++;
}

static void make_switches(struct expected *e, uint64_t *random, u64 percent_lost)
{
	memset(e, 0, sizeof(*e));
	e->in_order = true;
	for (size_t i = 0; i < SWITCHES; i++) {
		struct fate *f = &e->fates[i];
		u64 r = next_random(random);

		f->whole = (struct joined){.ts_ns = STEP_NS * (i + 1),
					   .prev = r % 7 ? &tasks[r % TASKS] : NULL,
					   .next = &tasks[(r >> 8) % TASKS],
					   .cost_ns = (u32)(r >> 16) % 5000,
					   .other = (u32)(r >> 40) % 3,
					   .kind = (r >> 44) % NR_KINDS,
					   .from = (r >> 48) % NR_FROMS,
					   .reason = (r >> 52) % NR_REASONS,
					   .labelled = true};
		f->has_who = next_random(random) % 100 >= percent_lost;
		f->has_what = next_random(random) % 100 >= percent_lost;
	}
}

static void give_who(struct trace_join *join, const struct fate *f)
{
	struct joined half = {.ts_ns = f->whole.ts_ns,
			      .prev = f->whole.prev,
			      .next = f->whole.next,
			      .reason = !f->whole.reason};

	if (f->has_who)
		trace_join_who(join, &half);
}

static void give_what(struct trace_join *join, const struct fate *f)
{
	struct joined half = f->whole;

	half.prev = half.next = NULL;
	if (f->has_what)
		trace_join_what(join, &half);
}

static size_t count_switches(const struct expected *e)
{
	size_t n = 0;

	for (size_t i = 0; i < SWITCHES; i++)
		n += e->fates[i].has_who || e->fates[i].has_what;
	return n;
}

typedef void (*give_fn)(struct trace_join *join, const struct fate *f);

/* Both kinds in their order; now the one, now the other comes first. */
static void deliver(struct trace_join *join, const struct expected *e, uint64_t *random)
{
	static const give_fn gives[] = {give_who, give_what};
	size_t at = 0;

	while (at < SWITCHES) {
		size_t end = at + 1 + next_random(random) % MOST_APART;
		size_t first = next_random(random) % 2;

		end = end < SWITCHES ? end : SWITCHES;
		for (size_t i = at; i < end; i++)
			gives[first](join, &e->fates[i]);
		for (size_t i = at; i < end; i++)
			gives[!first](join, &e->fates[i]);
		at = end;
	}
}

static void joins_what_belongs_together(void **state)
{
	struct expected *e = malloc(sizeof(*e));
	uint64_t random = 1;

	(void)state;
	assert_non_null(e);
	for (u64 round = 0; round < ROUNDS; round++) {
		struct trace_join *join = trace_join_new(take, e);

		make_switches(e, &random, round % 4 * 20);
		deliver(join, e, &random);
		trace_join_end(join);
		assert_int_equal(e->taken, count_switches(e));
		assert_true(e->in_order);
		trace_join_free(join);
	}
	free(e);
}

/* Of other traces one half never comes; what has waited for long goes on before the end. */
static void none_waits_for_ever(void **state)
{
	struct expected *e = malloc(sizeof(*e));
	uint64_t random = 2;

	(void)state;
	assert_non_null(e);
	for (int has_who = 0; has_who < 2; has_who++) {
		struct trace_join *join = trace_join_new(take, e);

		make_switches(e, &random, 0);
		for (size_t i = 0; i < SWITCHES; i++) {
			e->fates[i].has_who = has_who;
			e->fates[i].has_what = !has_who;
			give_who(join, &e->fates[i]);
			give_what(join, &e->fates[i]);
			assert_true(i + 1 - e->taken <= 2 * MOST_APART);
		}
		assert_true(SWITCHES - e->taken >= MOST_APART);
		trace_join_end(join);
		assert_int_equal(e->taken, SWITCHES);
		assert_true(e->in_order);
		trace_join_free(join);
	}
	free(e);
}

static void nothing_comes_of_nothing(void **state)
{
	struct expected *e = calloc(1, sizeof(*e));
	struct trace_join *join = trace_join_new(take, e);

	(void)state;
	assert_non_null(e);
	trace_join_end(join);
	assert_int_equal(e->taken, 0);
	trace_join_free(join);
	trace_join_free(NULL);
	free(e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(joins_what_belongs_together),
		cmocka_unit_test(none_waits_for_ever),
		cmocka_unit_test(nothing_comes_of_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
