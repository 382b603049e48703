// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The rule on what real programs looked like under a small load, on two CPUs. */
#include <math.h>
#include <string.h>

#include "advise/shape.h"
#include "unit.h"

enum { CPUS = 2 };

static const struct {
	const char *program;
	enum shape shape;
	double cpus, switches, voluntary;
	u32 busy_groups, busy_threads;
	double same_group, sibling, overlap;
} programs[] = {
	{"Apache prefork", SHAPE_PROCESSES, 1, 23971, 15397, 16, 1, 0, 16568, NAN},
	{"Node cluster", SHAPE_LOOPS, 1.2, 28000, 20000, 2, 1, 1300, 300, NAN},
	{"Apache worker", SHAPE_BOTH, 1, 22811, 16391, 2, 10, 12942, 3040, 0.2},
	{"Apache event", SHAPE_BOTH, 1, 30083, 25294, 2, 25, 24395, 3282, 0.2},
	{"nginx", SHAPE_LOOPS, 1, 20911, 1846, 2, 1, 0, 44, NAN},
	{"nginx beside its clients", SHAPE_LOOPS, 1.1, 25100, 21000, 2, 1, 0, 8316, NAN},
	{"PostgreSQL, read-write", SHAPE_PROCESSES, 1, 19449, 16487, 8, 1, 0, 12547, NAN},
	{"PostgreSQL, read-only", SHAPE_PROCESSES, 1, 29449, 28135, 8, 1, 0, 18955, NAN},
	{"Node http", SHAPE_EVENT_LOOP, 0.7, 1329, 173, 1, 1, 70, 0, 0.03},
	{"Node fs", SHAPE_THREADS, 1.5, 153044, 93507, 1, 5, 175542, 0, 0.5},
	{"Node worker_threads", SHAPE_THREADS, 1.5, 38711, 33101, 1, 5, 50749, 0, 0.5},
	{"Go, 10,000 sleepers", SHAPE_IDLE, 0.005, 80, 65, 1, 3, 60, 0, 0.1},
	{"Go busy, P=2", SHAPE_THREADS, 1.9, 388, 114, 1, 2, 201, 0, 0.9},
	{"Go busy, P=8", SHAPE_THREADS, 1.9, 3153, 657, 1, 8, 3858, 0, 0.9},
	{"Go http", SHAPE_THREADS, 0.9, 11907, 9057, 1, 7, 6957, 0, 0.029},
	{"Python threads, GIL", SHAPE_TURNS, 1, 1207, 750, 1, 4, 922, 0, 0.003},
	{"Python multiprocessing", SHAPE_PROCESSES, 1.9, 277, 1, 4, 1, 0, 111, NAN},
	{"Python Pool", SHAPE_BOTH, 1, 39189, 31076, 5, 3, 14247, 9138, NAN},
	{"Erlang, ring", SHAPE_ONE_THREAD, 1, 112, 2, 1, 1, 2, 0, 0.0},
	{"Chromium", SHAPE_BOTH, 0.5, 1081, 817, 3, 3, 469, 436, 0.2},
	{"redis", SHAPE_EVENT_LOOP, 0.9, 5544, 5397, 1, 1, 0, 0, NAN},
	{"redis, io-threads", SHAPE_THREADS, 1.9, 1182, 120, 1, 4, 2, 0, 0.9},
};

static struct features features_of(size_t i)
{
	return (struct features){.seconds = 5,
				 .cpus = programs[i].cpus,
				 .switches = programs[i].switches,
				 .voluntary = programs[i].voluntary,
				 .busy_groups = programs[i].busy_groups,
				 .busy_threads = programs[i].busy_threads,
				 .same_group = programs[i].same_group,
				 .sibling = programs[i].sibling,
				 .overlap = programs[i].overlap};
}

static void test_programs(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(programs); i++) {
		struct features f = features_of(i);

		if (shape_of(&f, CPUS) != programs[i].shape)
			fail_msg("%s: %s", programs[i].program, shape_words[shape_of(&f, CPUS)]);
	}
}

static void test_creators(void **state)
{
	struct features f = {.created = {99, 99, 99, 5000}};

	(void)state;
	/* Kernel threads are nobody's. */
	assert_int_equal(shape_creates(&f), NR_CREATIONS);
	f.created[CREATED_PROCESS] = 100;
	assert_int_equal(shape_creates(&f), CREATED_PROCESS);
	f.created[CREATED_THREAD] = 101;
	assert_int_equal(shape_creates(&f), CREATED_THREAD);
}

/* Threads that never run at once on one CPU tell nothing of a lock. */
static void test_one_cpu_is_no_lock(void **state)
{
	struct features f = {.seconds = 5,
			     .cpus = 1,
			     .switches = 1000,
			     .busy_groups = 1,
			     .busy_threads = 4,
			     .overlap = NAN};

	(void)state;
	assert_int_equal(shape_of(&f, 1), SHAPE_THREADS);
	f.overlap = 0;
	assert_int_equal(shape_of(&f, CPUS), SHAPE_TURNS);
	f.cpus = 0.4;
	assert_int_equal(shape_of(&f, CPUS), SHAPE_THREADS);
}

static void test_how_long_to_wait(void **state)
{
	struct features f = {
		.seconds = 0.1, .cpus = 0.5, .switches = 50, .busy_groups = 1, .busy_threads = 1};

	(void)state;
	assert_int_equal(shape_of(&f, CPUS), SHAPE_IDLE);
	/* 200 switches take 4 s, and half a CPU is a second of CPU time after two. */
	assert_true(shape_enough_seconds(&f) == 2);
	f.seconds = shape_enough_seconds(&f);
	assert_int_equal(shape_of(&f, CPUS), SHAPE_ONE_THREAD);
	f.cpus = 0;
	assert_int_equal(shape_of(&f, CPUS), SHAPE_IDLE);
	assert_true(shape_enough_seconds(&f) == 0);
}

static void test_all_are_named(void **state)
{
	(void)state;
	for (int i = 0; i < NR_SHAPES; i++)
		for (int j = 0; j <= i; j++) {
			assert_int_equal(!strcmp(shape_words[i], shape_words[j]), i == j);
			assert_int_equal(!strcmp(shape_phrases[i], shape_phrases[j]), i == j);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_programs),	   cmocka_unit_test(test_creators),
		cmocka_unit_test(test_one_cpu_is_no_lock), cmocka_unit_test(test_how_long_to_wait),
		cmocka_unit_test(test_all_are_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
