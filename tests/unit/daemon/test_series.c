// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <stdlib.h>

#include "series_bench.h"

static void the_reserved_series_are_always_there(void **state)
{
	static const char *const reserved[] = {"other", "kernel", "idle"};
	struct bench b;

	(void)state;
	bench_open(&b);
	publish(&b);
	for (size_t i = 0; i < ARRAY_SIZE(reserved); i++) {
		assert_non_null(shown(&b, reserved[i]));
		assert_false(shown(&b, reserved[i])->user);
	}
	bench_close(&b);
}

static void groups_of_one_name_are_one_series(void **state)
{
	struct bench b;

	(void)state;
	bench_open(&b);
	run(&b, start(&b, "worker"), 10);
	run(&b, start(&b, "worker"), 5);
	run(&b, idle_task, 1);
	send_switch(b.tasks, idle_task, idle_task, KIND_IDLE, 7);
	publish(&b);
	assert_int_equal(shown_switches(&b, "worker", KIND_PROCESS), 15);
	assert_int_equal(shown(&b, "worker")->total.cost_ns[KIND_PROCESS], 15000);
	assert_true(shown(&b, "worker")->user);
	assert_int_equal(shown_switches(&b, "idle", KIND_IDLE), 1);
	bench_close(&b);
}

static void kernel_threads_are_one_series(void **state)
{
	struct task_record r = {.event = TASK_NEW,
				.tid = 5,
				.tgid = 5,
				.start_ns = START_NS(5),
				.leader_start_ns = START_NS(5),
				.kernel = 1,
				.comm = "kworker/0:1"};
	struct bench b;

	(void)state;
	bench_open(&b);
	task_table_event(b.tasks, &r);
	r.tid = r.tgid = 6;
	task_table_event(b.tasks, &r);
	send_switch(b.tasks, idle_task, (struct task_id){5, 5}, KIND_KTHREAD, 1);
	send_switch(b.tasks, idle_task, (struct task_id){6, 5}, KIND_KTHREAD, 1);
	publish(&b);
	assert_int_equal(shown_switches(&b, "kernel", KIND_KTHREAD), 2);
	assert_null(shown(&b, "kworker/0:1"));
	bench_close(&b);
}

static void programs_cannot_pose_as_reserved(void **state)
{
	static const char *const names[] = {"other", "kernel", "idle"};
	struct bench b;

	(void)state;
	bench_open(&b);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		run(&b, start(&b, names[i]), 10);
	/* This one really has the name that another gets. */
	run(&b, start(&b, "other_"), 3);
	publish(&b);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		assert_int_equal(shown_switches(&b, names[i], KIND_PROCESS), 0);
	assert_int_equal(shown_switches(&b, "other_", KIND_PROCESS), 13);
	assert_int_equal(shown_switches(&b, "kernel_", KIND_PROCESS), 10);
	assert_int_equal(shown_switches(&b, "idle_", KIND_PROCESS), 10);
	bench_close(&b);
}

static void hostile_names_are_escaped_before_they_are_compared(void **state)
{
	static const char *const names[] = {"",
					    "\xff",
					    "\xfe",
					    "a\nb",
					    "a\"b",
					    "a\\b",
					    "\x1b[2J",
					    "\x7f\x01",
					    "\xc3\xa4\xc3",
					    "\x01\x02\x03\x04\x05\x06\x07\x08\x0b\x0c\x0e\x0f\x10"
					    "\x11\x12"};
	struct bench b;

	(void)state;
	bench_open(&b);
	for (int round = 0; round < 3; round++) {
		for (size_t i = 0; i < ARRAY_SIZE(names); i++)
			run(&b, start(&b, names[i]), 10);
		publish(&b);
	}
	assert_int_equal(shown_switches(&b, "(empty)", KIND_PROCESS), 30);
	assert_int_equal(shown_switches(&b, "\\xff", KIND_PROCESS), 30);
	assert_int_equal(shown_switches(&b, "a\\x0ab", KIND_PROCESS), 30);
	assert_int_equal(shown_switches(&b, "a\\\\b", KIND_PROCESS), 30);
	assert_int_equal(shown_switches(&b, "\xc3\xa4\\xc3", KIND_PROCESS), 30);
	assert_int_equal(b.nr_seen, 3 + ARRAY_SIZE(names));
	bench_close(&b);
}

static void growth_follows_the_name_and_history_stays(void **state)
{
	struct bench b;
	struct task_id id;

	(void)state;
	bench_open(&b);
	id = start(&b, "before");
	run(&b, id, 10);
	publish(&b);
	send_event(b.tasks, TASK_EXEC, id, id, "after", id.tid);
	run(&b, id, 4);
	publish(&b);
	assert_int_equal(shown_switches(&b, "before", KIND_PROCESS), 10);
	assert_int_equal(shown_switches(&b, "after", KIND_PROCESS), 4);
	bench_close(&b);
}

static void tasks_that_ended_stay_counted_once(void **state)
{
	struct bench b;

	(void)state;
	bench_open(&b);
	for (int round = 0; round < 10; round++) {
		struct task_id id = start(&b, "short");

		run(&b, id, 10);
		send_event(b.tasks, TASK_EXIT, id, id, "short", 0);
		send_death(b.tasks, id);
		publish(&b);
	}
	publish(&b);
	publish(&b);
	assert_int_equal(task_table_nr_groups(b.tasks), 1);
	assert_int_equal(shown_switches(&b, "short", KIND_PROCESS), 100);
	assert_int_equal(shown_switches(&b, "other", KIND_PROCESS), 0);
	bench_close(&b);
}

/* Switches of tasks that the table never knew. */
static void the_unknown_are_other(void **state)
{
	struct bench b;

	(void)state;
	bench_open(&b);
	for (int round = 1; round <= 3; round++) {
		run(&b, (struct task_id){4000000, 1}, 10);
		publish(&b);
		assert_int_equal(shown_switches(&b, "other", KIND_PROCESS), 10 * round);
	}
	bench_close(&b);
}

static void the_busiest_are_shown(void **state)
{
	struct task_id quiet[TOP_SERIES], busy[TOP_SERIES];
	struct bench b;
	char name[COMM_LEN];

	(void)state;
	bench_open(&b);
	for (int i = 0; i < TOP_SERIES; i++) {
		snprintf(name, sizeof(name), "quiet-%d", i);
		quiet[i] = start(&b, name);
		snprintf(name, sizeof(name), "busy-%d", i);
		busy[i] = start(&b, name);
	}
	for (int round = 0; round < 5; round++) {
		for (int i = 0; i < TOP_SERIES; i++)
			run(&b, quiet[i], 10);
		publish(&b);
	}
	assert_non_null(shown(&b, "quiet-0"));
	for (int round = 0; round < 100; round++) {
		for (int i = 0; i < TOP_SERIES; i++) {
			run(&b, quiet[i], 10);
			run(&b, busy[i], 100);
		}
		publish(&b);
	}
	for (int i = 0; i < TOP_SERIES; i++) {
		snprintf(name, sizeof(name), "busy-%d", i);
		assert_non_null(shown(&b, name));
	}
	bench_close(&b);
}

/* In each interval more new names than can be remembered, before and after it. */
static void the_busiest_is_found_in_a_crowd(void **state)
{
	enum { CROWD = MAX_SERIES + 1000 };
	struct task_id crowd[CROWD], busy;
	struct bench b;
	char name[COMM_LEN];
	unsigned int number = 0;

	(void)state;
	bench_open(&b);
	for (int round = 0; round < 20; round++) {
		for (int i = 0; i < CROWD; i++) {
			snprintf(name, sizeof(name), "crowd-%u", number++);
			if (round == 10 && i == CROWD / 2)
				busy = start(&b, "busy");
			if (round)
				send_death(b.tasks, crowd[i]);
			crowd[i] = start(&b, name);
			run(&b, crowd[i], 1);
		}
		if (round >= 10)
			run(&b, busy, 100);
		publish(&b);
	}
	assert_int_equal(shown_switches(&b, "busy", KIND_PROCESS), 1000);
	/* None has what another was charged with. */
	for (size_t i = 0; i < b.nr_seen; i++)
		if (!strncmp(b.seen[i].name, "crowd-", 6))
			assert_int_equal(b.seen[i].total.switches[KIND_PROCESS], 1);
	bench_close(&b);
}

/* Names come and go, each a task of its own that ends, from a pool of so many names. */
static void churn(unsigned int names, int rounds, int tasks_a_round)
{
	struct task_id *alive = calloc((size_t)tasks_a_round, sizeof(*alive));
	u64 random = 8;
	struct bench b;
	char name[COMM_LEN];

	assert_non_null(alive);
	bench_open(&b);
	for (int round = 0; round < rounds; round++) {
		for (int i = 0; i < tasks_a_round; i++) {
			/* Some names much busier than others, and which ones they are changes. */
			u64 draw = next_random(&random) % names;
			u64 busy = (draw + names / 10 * (u64)(round / 10)) % names;

			if (alive[i].tid)
				send_death(b.tasks, alive[i]);
			snprintf(name, sizeof(name), "name-%u", (unsigned int)draw);
			alive[i] = start(&b, name);
			run(&b, alive[i], busy < 15 ? 200 : 1 + (int)(next_random(&random) % 3));
		}
		publish(&b);
	}
	free(alive);
	bench_close(&b);
}

static void counters_never_fall_while_100_names_come_and_go(void **state)
{
	(void)state;
	churn(100, 300, 50);
}

static void counters_never_fall_while_3000_names_come_and_go(void **state)
{
	(void)state;
	churn(3000, 300, 500);
}

/* More new names in one interval than are remembered. */
static void counters_never_fall_when_names_come_all_at_once(void **state)
{
	(void)state;
	churn(3000, 6, 6000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_reserved_series_are_always_there),
		cmocka_unit_test(groups_of_one_name_are_one_series),
		cmocka_unit_test(kernel_threads_are_one_series),
		cmocka_unit_test(programs_cannot_pose_as_reserved),
		cmocka_unit_test(hostile_names_are_escaped_before_they_are_compared),
		cmocka_unit_test(growth_follows_the_name_and_history_stays),
		cmocka_unit_test(tasks_that_ended_stay_counted_once),
		cmocka_unit_test(the_unknown_are_other),
		cmocka_unit_test(the_busiest_are_shown),
		cmocka_unit_test(the_busiest_is_found_in_a_crowd),
		cmocka_unit_test(counters_never_fall_while_100_names_come_and_go),
		cmocka_unit_test(counters_never_fall_while_3000_names_come_and_go),
		cmocka_unit_test(counters_never_fall_when_names_come_all_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
