// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The tables of columns: what holds for each of them, and their numbers against others. */
#include <ctype.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "lists/columns.h"
#include "lists/listing.h"
#include "unit.h"

static const struct table {
	const struct column *columns;
	size_t n;
} tables[] = {
	{group_columns, NR_GROUP_COLUMNS},
	{application_columns, NR_APPLICATION_COLUMNS},
	{thread_columns, NR_THREAD_COLUMNS},
};

static const struct row empty = {.name = "n", .application = "a", .kind = "comm", .cmdline = ""};

/* As the first table that has the column says. */
static double value(const struct row *r, const char *key)
{
	for (size_t t = 0; t < ARRAY_SIZE(tables); t++) {
		const struct column *c = listing_find(tables[t].columns, tables[t].n, key);

		if (c)
			return c->number(r);
	}
	fail_msg("no column %s", key);
	return NAN;
}

static void check_column(const struct column *c)
{
	assert_true(c->key && *c->key);
	for (const char *k = c->key; *k; k++)
		assert_true(islower((unsigned char)*k) || *k == '_');
	assert_true(c->help && *c->help);
	assert_true((c->cell == CELL_NAME) == (c->name != NULL));
	assert_true((c->name != NULL) != (c->number != NULL));
	/* In a line of 80, or where there is more room, or in JSON and CSV only. */
	assert_false(c->width && c->wide);
	if (!c->width && !c->wide)
		return;
	assert_true(*c->heading);
	assert_true((int)strlen(c->heading) <= c->width + c->wide);
}

static void each_column_is_whole(void **state)
{
	(void)state;
	for (size_t t = 0; t < ARRAY_SIZE(tables); t++) {
		int width = -1;

		for (size_t i = 0; i < tables[t].n; i++) {
			const struct column *c = &tables[t].columns[i];

			check_column(c);
			/* It is the only one of its key. */
			assert_ptr_equal(listing_find(tables[t].columns, tables[t].n, c->key), c);
			width += c->width ? c->width + 1 : 0;
		}
		assert_true(width <= 80);
		assert_int_equal(tables[t].columns[0].cell, CELL_NAME);
		assert_true(tables[t].columns[0].width > 0);
	}
	assert_null(listing_find(group_columns, NR_GROUP_COLUMNS, ""));
	assert_null(listing_find(group_columns, NR_GROUP_COLUMNS, "comm "));
	assert_null(listing_find(group_columns, NR_GROUP_COLUMNS, "com"));
}

static void keys_mean_the_same_in_all_tables(void **state)
{
	(void)state;
	for (size_t i = 0; i < NR_GROUP_COLUMNS; i++)
		for (size_t t = 1; t < ARRAY_SIZE(tables); t++) {
			const struct column *c = &group_columns[i];
			const struct column *other =
				listing_find(tables[t].columns, tables[t].n, c->key);

			if (!other)
				continue;
			assert_true(other->number == c->number && other->name == c->name);
			assert_int_equal(other->cell, c->cell);
		}
}

static void what_has_nothing_has_no_ratio(void **state)
{
	struct row r = empty;

	(void)state;
	assert_true(isnan(value(&r, "thread_share")));
	assert_true(isnan(value(&r, "preempted_share")));
	assert_true(isnan(value(&r, "thread_mean_ns")));
	assert_true(isnan(value(&r, "process_mean_ns")));
	assert_true(isnan(value(&r, "wait_share")) && isnan(value(&r, "wait_mean_ns")));
	assert_true(isnan(value(&r, "fork_mean_ns")) && isnan(value(&r, "resident_bytes")));
	r.grown.user_switches[KIND_THREAD] = r.grown.switches[KIND_THREAD] = 5;
	r.grown.reasons[REASON_PREEMPTED] = 5;
	assert_true(value(&r, "thread_share") == 1);
	assert_true(value(&r, "preempted_share") == 1);
	/* Switches that cost nothing were not measured. */
	assert_true(isnan(value(&r, "thread_mean_ns")));
	r.grown.user_cost_ns[KIND_THREAD] = 50;
	assert_true(value(&r, "thread_mean_ns") == 10);
	assert_true(isnan(value(&r, "process_mean_ns")));
}

/* As of the first reply: no number is infinite. */
static void what_took_no_time_has_no_rate(void **state)
{
	struct row r = empty;

	(void)state;
	r.grown = (struct charges){.switches = {5, 5, 5, 5},
				   .user_switches = {5, 5},
				   .reasons = {5, 5},
				   .waits = {5},
				   .wait_ns = {5}};
	r.created = (struct created){.count = {5, 5, 5}};
	r.cost_ns = 100;
	r.nr_ended = 3;
	for (size_t t = 0; t < ARRAY_SIZE(tables); t++)
		for (size_t i = 0; i < tables[t].n; i++)
			if (tables[t].columns[i].number)
				assert_false(isinf(tables[t].columns[i].number(&r)));
	assert_true(value(&r, "thread_per_s") == 0);
	assert_true(value(&r, "ended_per_s") == 0);
	assert_true(value(&r, "cpu_share") == 0);
}

/* All switches into it are in one of three rates, whatever they were. */
static void rates_add_up(void **state)
{
	uint64_t random = 1;

	(void)state;
	for (int round = 0; round < 1000; round++) {
		struct row r = empty;
		double sum;

		r.seconds = (double)(next_random(&random) % 100 + 1) / 4;
		for (int k = 0; k < NR_KINDS; k++) {
			r.grown.switches[k] = next_random(&random) % 100000;
			r.grown.user_switches[k] = next_random(&random) % (r.grown.switches[k] + 1);
		}
		sum = value(&r, "thread_per_s") + value(&r, "process_per_s") +
		      value(&r, "other_per_s");
		assert_true(fabs(sum * r.seconds - (double)charges_switches(&r.grown)) < 1e-3);
	}
}

static void numbers_by_hand(void **state)
{
	struct row r = empty;

	(void)state;
	r.seconds = 2;
	r.nr_ended = 3;
	r.threads = 5;
	r.groups = 6;
	r.cost_ns = 50000000;
	r.unlabelled = 4;
	r.grown = (struct charges){.switches = {10, 20, 30, 40},
				   .user_switches = {4, 12, 3, 7},
				   .user_cost_ns = {4000, 24000, 1, 1},
				   .reasons = {6, 2},
				   .waits = {[WAIT_WOKEN] = 4, [WAIT_PREEMPTED] = 1},
				   .wait_ns = {[WAIT_WOKEN] = 1000, [WAIT_PREEMPTED] = 99999000}};
	r.created = (struct created){
		.count = {[CREATED_THREAD] = 2,
			  [CREATED_PROCESS] = 8,
			  [CREATED_VM_PROCESS] = 1,
			  [CREATED_KERNEL] = 77},
		.timed = {[CREATED_THREAD] = 1, [CREATED_PROCESS] = 4, [CREATED_VM_PROCESS] = 2},
		.duration_ns = {[CREATED_THREAD] = 9000,
				[CREATED_PROCESS] = 200000,
				[CREATED_VM_PROCESS] = 30},
		.resident_bytes = 4096};
	r.total = (struct charges){.switches = {100, 200, 300, 400}, .reasons = {11, 12}};
	assert_true(value(&r, "threads") == 5);
	assert_true(value(&r, "nlwp") == 5);
	assert_true(value(&r, "groups") == 6);
	assert_true(value(&r, "thread_per_s") == 2);
	assert_true(value(&r, "process_per_s") == 6);
	assert_true(value(&r, "other_per_s") == 42);
	assert_true(value(&r, "kthread_per_s") == 15);
	assert_true(value(&r, "idle_per_s") == 20);
	assert_true(value(&r, "ended_per_s") == 1.5);
	assert_true(value(&r, "voluntary_per_s") == 3);
	assert_true(value(&r, "preempted_per_s") == 1);
	assert_true(value(&r, "thread_share") == 0.25);
	assert_true(value(&r, "preempted_share") == 0.25);
	assert_true(value(&r, "cpu_share") == 0.025);
	assert_true(value(&r, "thread_mean_ns") == 1000);
	assert_true(value(&r, "process_mean_ns") == 2000);
	assert_true(value(&r, "wait_share") == 0.05);
	assert_true(value(&r, "wait_mean_ns") == 20000000);
	assert_true(value(&r, "woken_wait_mean_ns") == 250);
	assert_true(value(&r, "preempted_wait_mean_ns") == 99999000);
	assert_true(isnan(value(&r, "start_wait_mean_ns")));
	assert_true(value(&r, "new_threads_per_s") == 1);
	assert_true(value(&r, "forks_per_s") == 4);
	assert_true(value(&r, "spawns_per_s") == 0.5);
	assert_true(value(&r, "new_thread_mean_ns") == 9000);
	assert_true(value(&r, "fork_mean_ns") == 50000);
	assert_true(value(&r, "spawn_mean_ns") == 15);
	assert_true(value(&r, "resident_bytes") == 4096);
	assert_true(value(&r, "switches") == 1004);
	assert_true(value(&r, "voluntary") == 11);
	assert_true(value(&r, "preempted") == 12);
}

/* It is no one task, so it has no ids and no start. */
static void what_has_ended_has_no_ids(void **state)
{
	static const char *const ids[] = {"tgid", "lwp", "ppid", "start_ns"};
	struct row r = empty;

	(void)state;
	r.tgid = r.tid = r.ppid = 7;
	r.start_ns = 7;
	for (size_t i = 0; i < ARRAY_SIZE(ids); i++) {
		r.ended = false;
		assert_true(value(&r, ids[i]) == 7);
		r.ended = true;
		assert_true(isnan(value(&r, ids[i])));
	}
	/* But the threads of a group are still that group's. */
	assert_true(value(&r, "pid") == 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_column_is_whole),
		cmocka_unit_test(keys_mean_the_same_in_all_tables),
		cmocka_unit_test(what_has_nothing_has_no_ratio),
		cmocka_unit_test(what_took_no_time_has_no_rate),
		cmocka_unit_test(rates_add_up),
		cmocka_unit_test(numbers_by_hand),
		cmocka_unit_test(what_has_ended_has_no_ids),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
