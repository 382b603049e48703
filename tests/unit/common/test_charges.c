// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Charges against single switches that are counted one by one. */
#include <string.h>

#include "common/charges.h"
#include "unit.h"

enum { MANY = 3000 };

/* Every number of it, whatever it is called. */
static u64 *number(struct charges *c, size_t i)
{
	return (u64 *)c + i;
}

enum { NUMBERS = sizeof(struct charges) / sizeof(u64) };

static struct charges random_charges(uint64_t *random)
{
	struct charges c;

	for (size_t i = 0; i < NUMBERS; i++)
		*number(&c, i) = next_random(random) >> 20;
	/* What came from programs is a part of the whole. */
	for (int k = 0; k < NR_KINDS; k++) {
		c.user_switches[k] %= c.switches[k] + 1;
		c.user_cost_ns[k] %= c.cost_ns[k] + 1;
	}
	return c;
}

static void each_switch_is_charged_once(void **state)
{
	struct charges c = {0};
	u64 kinds[NR_KINDS] = {0}, user[NR_KINDS] = {0}, costs[NR_KINDS] = {0};
	u64 user_costs[NR_KINDS] = {0}, reasons[NR_REASONS] = {0}, cost = 0;
	u64 waits[NR_WAITS] = {0}, wait_ns[NR_WAITS] = {0}, wait = 0;
	uint64_t random = 1;

	(void)state;
	for (u32 i = 0; i < MANY; i++) {
		u32 kind = i % NR_KINDS, from = i / NR_KINDS % NR_FROMS;
		u32 reason = i / NR_KINDS / NR_FROMS % NR_REASONS;
		u32 after = i / NR_LABELS % NR_WAITS;
		u64 ns = next_random(&random) >> 40, waited = next_random(&random) >> 20;
		/* Every fifth has none: its wait was not measured. */
		const struct switch_record r = {.label = (u8)LABEL_INDEX(kind, from, reason),
						.cost_ns = (u32)ns,
						.wait = i % 5 ? WAIT_OF(waited, after) : 0};

		charges_add_in(&c, &r);
		charges_add_out(&c, &r);
		waits[after] += i % 5 != 0;
		wait_ns[after] += i % 5 ? waited : 0;
		wait += i % 5 ? waited : 0;
		kinds[kind]++;
		costs[kind] += ns;
		cost += ns;
		user[kind] += from == FROM_USER;
		user_costs[kind] += from == FROM_USER ? ns : 0;
		reasons[reason]++;
	}
	assert_memory_equal(c.switches, kinds, sizeof(kinds));
	assert_memory_equal(c.cost_ns, costs, sizeof(costs));
	assert_memory_equal(c.user_switches, user, sizeof(user));
	assert_memory_equal(c.user_cost_ns, user_costs, sizeof(user_costs));
	assert_memory_equal(c.reasons, reasons, sizeof(reasons));
	assert_int_equal(charges_switches(&c), MANY);
	assert_int_equal(charges_cost_ns(&c), cost);
	assert_memory_equal(c.waits, waits, sizeof(waits));
	assert_memory_equal(c.wait_ns, wait_ns, sizeof(wait_ns));
	assert_int_equal(charges_waits(&c), MANY - MANY / 5);
	assert_int_equal(charges_wait_ns(&c), wait);
}

static void parts_add_up(void **state)
{
	uint64_t random = 2;

	(void)state;
	for (int i = 0; i < MANY; i++) {
		struct charges a = random_charges(&random), b = random_charges(&random), sum = a;
		struct charges grown;

		charges_add(&sum, &b);
		for (size_t k = 0; k < NUMBERS; k++)
			assert_int_equal(*number(&sum, k), *number(&a, k) + *number(&b, k));
		grown = charges_since(&sum, &a);
		assert_memory_equal(&grown, &b, sizeof(b));
		charges_subtract(&sum, &b);
		assert_memory_equal(&sum, &a, sizeof(a));
	}
}

/* Each number for itself, and no part more than the whole. */
static void what_fell_has_not_grown(void **state)
{
	uint64_t random = 3;

	(void)state;
	for (int i = 0; i < MANY; i++) {
		struct charges now = random_charges(&random), before = random_charges(&random);
		struct charges grown = charges_since(&now, &before), expected;

		for (size_t k = 0; k < NUMBERS; k++) {
			u64 x = *number(&now, k), y = *number(&before, k);

			*number(&expected, k) = x < y ? 0 : x - y;
		}
		for (int k = 0; k < NR_KINDS; k++) {
			if (expected.user_switches[k] > expected.switches[k])
				expected.user_switches[k] = expected.switches[k];
			if (expected.user_cost_ns[k] > expected.cost_ns[k])
				expected.user_cost_ns[k] = expected.cost_ns[k];
		}
		assert_memory_equal(&grown, &expected, sizeof(grown));
	}
}

/* Two readings of one task at different times, or of two tasks one of which took the other over. */
static void a_part_is_never_more_than_the_whole(void **state)
{
	struct charges before = {.switches = {10}, .cost_ns = {500}};
	struct charges now = {.switches = {12}, .cost_ns = {600}};
	struct charges grown;

	(void)state;
	now.user_switches[KIND_THREAD] = 5;
	now.user_cost_ns[KIND_THREAD] = 300;
	grown = charges_since(&now, &before);
	assert_int_equal(grown.switches[KIND_THREAD], 2);
	assert_int_equal(grown.user_switches[KIND_THREAD], 2);
	assert_int_equal(grown.user_cost_ns[KIND_THREAD], 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_switch_is_charged_once),
		cmocka_unit_test(parts_add_up),
		cmocka_unit_test(what_fell_has_not_grown),
		cmocka_unit_test(a_part_is_never_more_than_the_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
