// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Series by what --group-by names, while groups go from one to another. */
#include <stdlib.h>

#include "series_bench.h"

#define DOCKER "/docker/3f4a1bc2d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f708192a3b4c5d6e7f80"

static void move_to(const struct bench *b, struct task_id id, const char *cgroup)
{
	group_set_cgroup(find_group(b->tasks, id), strdup(cgroup));
}

static void groups_are_put_together_as_asked(void **state)
{
	static const struct {
		const char *label;
		const char *names[4];
		u64 switches[4];
	} expected[] = {
		{"comm", {"prog", "other_"}, {7, 8}},
		{"unit", {"a.service", "3f4a1bc2d5e6", "other_"}, {3, 4, 8}},
		{"cgroup",
		 {"/system.slice/a.service", "/system.slice/a.service/sub", DOCKER, "/"},
		 {1, 2, 4, 8}},
	};
	struct bench b;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(expected); i++) {
		static const char *const cgroups[] = {"/system.slice/a.service",
						      "/system.slice/a.service/sub", DOCKER, "/"};

		bench_open_by(&b, expected[i].label);
		for (int j = 0; j < 4; j++) {
			struct task_id id = start(&b, j == 3 ? "other" : "prog");

			move_to(&b, id, cgroups[j]);
			run(&b, id, 1 << j);
		}
		publish(&b);
		for (int j = 0; j < 4 && expected[i].names[j]; j++)
			assert_int_equal(shown_switches(&b, expected[i].names[j], KIND_PROCESS),
					 expected[i].switches[j]);
		bench_close(&b);
	}
}

/* It ended before its cgroup was read, and so did its parent. */
static void a_cgroup_that_is_not_known_is_other(void **state)
{
	struct bench b;

	(void)state;
	bench_open_by(&b, "cgroup");
	for (int round = 1; round <= 3; round++) {
		run(&b, start(&b, "prog"), 10);
		publish(&b);
		assert_int_equal(shown_switches(&b, "other", KIND_PROCESS), 10 * round);
		assert_null(shown(&b, "prog"));
	}
	bench_close(&b);
	bench_open_by(&b, "unit");
	run(&b, start(&b, "prog"), 10);
	publish(&b);
	assert_int_equal(shown_switches(&b, "prog", KIND_PROCESS), 10);
	bench_close(&b);
}

static void a_child_is_where_its_parent_is(void **state)
{
	struct task_id parent, child;
	struct bench b;

	(void)state;
	bench_open_by(&b, "unit");
	parent = start(&b, "parent");
	move_to(&b, parent, "/system.slice/a.service");
	child = start(&b, "child");
	send_fork(b.tasks, child, parent);
	run(&b, child, 5);
	publish(&b);
	assert_int_equal(shown_switches(&b, "a.service", KIND_PROCESS), 5);
	/* What has been read of the child itself counts more. */
	move_to(&b, child, "/system.slice/b.service");
	send_fork(b.tasks, child, parent);
	run(&b, child, 5);
	publish(&b);
	assert_int_equal(shown_switches(&b, "a.service", KIND_PROCESS), 5);
	assert_int_equal(shown_switches(&b, "b.service", KIND_PROCESS), 5);
	/* Another process that had the parent's id before. */
	child = start(&b, "orphan");
	send_fork(b.tasks, child, (struct task_id){parent.tid, parent.birth - 1});
	run(&b, child, 5);
	publish(&b);
	assert_int_equal(shown_switches(&b, "orphan", KIND_PROCESS), 5);
	bench_close(&b);
}

static void growth_follows_the_application_and_history_stays(void **state)
{
	struct bench b;
	struct task_id id;

	(void)state;
	bench_open_by(&b, "unit");
	id = start(&b, "prog");
	run(&b, id, 10);
	publish(&b);
	move_to(&b, id, "/system.slice/a.service");
	run(&b, id, 4);
	publish(&b);
	move_to(&b, id, DOCKER);
	run(&b, id, 2);
	/* Where it is at the publication counts. */
	move_to(&b, id, "/system.slice/a.service");
	publish(&b);
	move_to(&b, id, "/");
	publish(&b);
	assert_int_equal(shown_switches(&b, "prog", KIND_PROCESS), 10);
	assert_int_equal(shown_switches(&b, "a.service", KIND_PROCESS), 6);
	assert_null(shown(&b, "3f4a1bc2d5e6"));
	bench_close(&b);
}

static void long_names_are_cut(void **state)
{
	char path[3000];
	struct bench b;

	(void)state;
	bench_open_by(&b, "cgroup");
	for (int i = 0; i < 2; i++) {
		struct task_id id = start(&b, "prog");

		/* Each byte is escaped by four. */
		memset(path, '\x01', sizeof(path));
		path[0] = '/';
		path[2000] = (char)('a' + i);
		path[sizeof(path) - 1] = '\0';
		move_to(&b, id, path);
		run(&b, id, 10);
	}
	publish(&b);
	assert_int_equal(b.nr_seen, 3 + 1);
	assert_in_range(strlen(b.seen[3].name), SERIES_NAME_LEN - 4, SERIES_NAME_LEN - 1);
	assert_int_equal(b.seen[3].total.switches[KIND_PROCESS], 20);
	bench_close(&b);
}

/* Tasks that live on and move from one to another of so many cgroups, at any time. */
static void counters_never_fall_while_tasks_move(void **state)
{
	static const char *const labels[] = {"unit", "cgroup"};
	enum { TASKS = 500, CGROUPS = 1500 };
	struct task_id ids[TASKS];
	char path[64];

	(void)state;
	for (size_t l = 0; l < ARRAY_SIZE(labels); l++) {
		u64 random = 11;
		struct bench b;

		bench_open_by(&b, labels[l]);
		for (int i = 0; i < TASKS; i++)
			ids[i] = start(&b, "prog");
		for (int round = 0; round < 200; round++) {
			for (int i = 0; i < TASKS; i++) {
				u64 draw = next_random(&random);

				run(&b, ids[i], (int)(draw % 5));
				snprintf(path, sizeof(path), "/%s%u%s", draw & 64 ? "x/" : "",
					 (unsigned int)(draw >> 32) % CGROUPS,
					 draw & 128 ? ".service" : "");
				if (draw & 512)
					move_to(&b, ids[i], path);
				run(&b, ids[i], (int)(draw >> 16 & 3));
			}
			publish(&b);
		}
		bench_close(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(groups_are_put_together_as_asked),
		cmocka_unit_test(a_cgroup_that_is_not_known_is_other),
		cmocka_unit_test(a_child_is_where_its_parent_is),
		cmocka_unit_test(growth_follows_the_application_and_history_stays),
		cmocka_unit_test(long_names_are_cut),
		cmocka_unit_test(counters_never_fall_while_tasks_move),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
