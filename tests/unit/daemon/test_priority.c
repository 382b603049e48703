// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The event loop's real-time priority, which must never become anybody else's trouble. */
#include <pthread.h>
#include <sched.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "priority.h"
#include "unit.h"

static double cpu_seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int policy(void)
{
	return sched_getscheduler(0) & ~SCHED_RESET_ON_FORK;
}

/* Goes on without waiting until the policy is that, or for so many seconds of CPU. */
static void run_until(int wanted, double most)
{
	double end = cpu_seconds() + most;

	while (policy() != wanted && cpu_seconds() < end)
		;
}

static void who_does_not_wait_is_an_ordinary_task(void **state)
{
	const struct timespec moment = {.tv_nsec = 1000000};

	(void)state;
	if (priority_raise())
		skip();
	/* Each time anew: the kernel puts the limit up when it is reached. */
	for (int i = 0; i < 3; i++) {
		double start = cpu_seconds();

		assert_int_equal(policy(), SCHED_RR);
		run_until(SCHED_OTHER, 1);
		assert_int_equal(policy(), SCHED_OTHER);
		assert_true(cpu_seconds() - start < 0.5);
		priority_renew();
		nanosleep(&moment, NULL);
	}
	assert_int_equal(policy(), SCHED_RR);
}

static void *policy_of_thread(void *result)
{
	*(int *)result = policy();
	return NULL;
}

static void children_are_ordinary_tasks(void **state)
{
	int of_thread = -1, of_child = -1;
	pthread_t thread;
	pid_t pid;

	(void)state;
	if (priority_raise())
		skip();
	assert_int_equal(pthread_create(&thread, NULL, policy_of_thread, &of_thread), 0);
	pthread_join(thread, NULL);
	assert_int_equal(of_thread, SCHED_OTHER);
	pid = fork();
	if (!pid)
		_exit(policy());
	assert_int_equal(waitpid(pid, &of_child, 0), pid);
	assert_int_equal(WEXITSTATUS(of_child), SCHED_OTHER);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_does_not_wait_is_an_ordinary_task),
		cmocka_unit_test(children_are_ordinary_tasks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
