// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The answer in one line. */
#include <string.h>

#include "common/answer.h"
#include "unit.h"

static const char *answer_of(u64 threads, u64 thread_ns, u64 processes, u64 process_ns,
			     double seconds, size_t width)
{
	static char text[ANSWER_LEN];
	const struct answer_figures figures = {
		.count = {threads, processes},
		.sum_ns = {threads * thread_ns, processes * process_ns},
		.seconds = seconds,
	};

	return answer(text, &figures, width);
}

/* 704,000 switches in 2 s, each 102 ns dearer than those of threads, are 3.6 % of a CPU. */
static void test_words(void **state)
{
	(void)state;
	assert_string_equal(answer_of(686000, 365, 704000, 467, 2, 200),
			    "thread switches 343k/s at 365 ns, process switches 352k/s at 467 ns "
			    "(+28%): changing address space costs this host 3.6% of a CPU");
	assert_string_equal(answer_of(686000, 365, 704000, 467, 2, 80),
			    "thread 343k/s at 365 ns, process 352k/s at 467 ns (+28%): costs 3.6% "
			    "of a CPU");
	assert_string_equal(answer_of(686000, 365, 704000, 467, 2, 70),
			    "thread 343k/s at 365 ns, process 352k/s at 467 ns, +28%: 3.6% CPU");
	assert_string_equal(answer_of(200, 500, 200, 400, 1, 200),
			    "thread switches 200/s at 500 ns, process switches 200/s at 400 ns "
			    "(-20%): no cost of changing address space to be seen");
}

static void test_too_few(void **state)
{
	(void)state;
	assert_string_equal(answer_of(ANSWER_LEAST - 1, 500, 100000, 600, 1, 80),
			    "too few switches to compare: 99 thread, 100k process, of 100 each");
	assert_string_equal(answer_of(0, 0, 0, 0, 1, 80),
			    "too few switches to compare: 0 thread, 0 process, of 100 each");
	assert_memory_equal(answer_of(ANSWER_LEAST, 500, ANSWER_LEAST, 600, 1, 200), "thread ", 7);
}

/* The widest numbers there are, in 80 columns. */
static void test_width(void **state)
{
	(void)state;
	for (u64 ns = 1; ns < 3000000; ns = ns * 3 / 2 + 1)
		for (u64 n = ANSWER_LEAST; n < 3000000; n = n * 3 / 2)
			assert_true(strlen(answer_of(n, ns, n * 7, ns * 13, 0.7, 80)) <= 80);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_too_few),
		cmocka_unit_test(test_width),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
