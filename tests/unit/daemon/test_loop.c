// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The loop calls the handlers of what is readable, against a list of what should be. */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "loop.h"
#include "unit.h"

enum { ROUNDS = 2000, MANY = 40, SHORT_MS = 30, LONG_MS = 10000 };

/* One descriptor, and what happened to it. */
struct thing {
	int fd;
	bool added, readable;
	int calls;
	bool *stop; /* not NULL: its handler stops the loop */
};

static struct loop loop;
static const bool go_on;

static void called(void *ctx)
{
	struct thing *t = ctx;

	t->calls++;
	if (t->stop)
		*t->stop = true;
}

static void count(void *ctx)
{
	++*(int *)ctx;
}

static int open_loop(void **state)
{
	(void)state;
	memset(&loop, 0, sizeof(loop));
	return loop_open(&loop);
}

static int close_loop(void **state)
{
	(void)state;
	loop_close(&loop);
	return 0;
}

static int open_event(bool readable)
{
	int fd = eventfd(readable, EFD_CLOEXEC | EFD_NONBLOCK);

	assert_true(fd >= 0);
	return fd;
}

static void open_things(struct thing *things, int n, bool readable)
{
	for (int i = 0; i < n; i++)
		things[i] = (struct thing){.fd = open_event(readable), .readable = readable};
}

static void close_things(const struct thing *things, int n)
{
	for (int i = 0; i < n; i++)
		close(things[i].fd);
}

static void add(struct thing *t)
{
	assert_int_equal(loop_add(&loop, t->fd, called, t), 0);
	t->added = true;
}

static void change(struct thing *t, uint64_t what)
{
	eventfd_t value;

	if (what % 2 && t->added) {
		loop_remove(&loop, t->fd);
		t->added = false;
	} else if (what % 2) {
		add(t);
	} else if (t->readable) {
		assert_int_equal(eventfd_read(t->fd, &value), 0);
		t->readable = false;
	} else {
		assert_int_equal(eventfd_write(t->fd, 1), 0);
		t->readable = true;
	}
}

static void agrees_with_a_list(void **state)
{
	struct thing things[LOOP_MAX_HANDLERS];
	uint64_t random = 7;

	(void)state;
	open_things(things, LOOP_MAX_HANDLERS, false);
	for (int round = 0; round < ROUNDS; round++) {
		change(&things[next_random(&random) % LOOP_MAX_HANDLERS], next_random(&random));
		assert_int_equal(loop_wait(&loop, 0, &go_on, NULL, NULL), 0);
		for (int i = 0; i < LOOP_MAX_HANDLERS; i++) {
			assert_int_equal(things[i].calls, things[i].added && things[i].readable);
			things[i].calls = 0;
		}
	}
	close_things(things, LOOP_MAX_HANDLERS);
}

/* However many there are: there is room for few handlers only. */
static void one_handler_serves_many(void **state)
{
	struct thing things[MANY];
	struct loop_handler *h;
	int calls = 0, other = 0;

	(void)state;
	open_things(things, MANY, true);
	for (int i = 0; i < MANY; i++)
		assert_int_equal(loop_add(&loop, things[i].fd, count, &calls), 0);
	h = loop_handler(&loop, count, &calls);
	assert_ptr_equal(h->ctx, &calls);
	assert_true(h->fn == count);
	/* Another function, or another context, is another one. */
	assert_ptr_not_equal(loop_handler(&loop, count, &other), h);
	assert_ptr_not_equal(loop_handler(&loop, called, &calls), h);
	assert_ptr_equal(loop_handler(&loop, count, &calls), h);
	assert_int_equal(loop_wait(&loop, 0, &go_on, NULL, NULL), 0);
	assert_in_range(calls, 1, MANY);
	/* All have their turn, if not all in one. */
	for (int i = 0; i < MANY; i++) {
		loop_remove(&loop, things[i].fd);
		calls = 0;
		assert_int_equal(loop_wait(&loop, 0, &go_on, NULL, NULL), 0);
		assert_int_equal(calls > 0, i < MANY - 1);
	}
	assert_int_equal(other, 0);
	close_things(things, MANY);
}

static void an_end_of_file_is_readable(void **state)
{
	int fds[2], calls = 0;

	(void)state;
	assert_int_equal(pipe(fds), 0);
	assert_int_equal(loop_add(&loop, fds[0], count, &calls), 0);
	assert_int_equal(loop_wait(&loop, 0, &go_on, NULL, NULL), 0);
	assert_int_equal(calls, 0);
	close(fds[1]);
	assert_int_equal(loop_wait(&loop, LONG_MS, &go_on, NULL, NULL), 0);
	assert_int_equal(calls, 1);
	close(fds[0]);
}

/* The one that stops it is the last one called, whichever the kernel names first. */
static void stop_ends_it(void **state)
{
	struct thing things[LOOP_MAX_HANDLERS];
	bool stop = false;
	int calls = 0, woken = 0;

	(void)state;
	open_things(things, LOOP_MAX_HANDLERS, true);
	for (int i = 0; i < LOOP_MAX_HANDLERS; i++) {
		things[i].stop = &stop;
		add(&things[i]);
	}
	assert_int_equal(loop_wait(&loop, 0, &stop, NULL, NULL), 0);
	for (int i = 0; i < LOOP_MAX_HANDLERS; i++)
		calls += things[i].calls;
	assert_int_equal(calls, 1);
	/* Stopped before: nobody is called any more, but it has woken. */
	assert_int_equal(loop_wait(&loop, 0, &stop, count, &woken), 0);
	assert_int_equal(woken, 1);
	calls = 0;
	for (int i = 0; i < LOOP_MAX_HANDLERS; i++)
		calls += things[i].calls;
	assert_int_equal(calls, 1);
	close_things(things, LOOP_MAX_HANDLERS);
}

/* Looks whether no handler was called yet. */
static void woke(void *ctx)
{
	struct thing *t = ctx;

	assert_int_equal(t[0].calls + t[1].calls, 0);
	t[2].calls++;
}

static void it_wakes_before_it_calls(void **state)
{
	struct thing things[3] = {{0}};

	(void)state;
	open_things(things, 2, true);
	add(&things[0]);
	add(&things[1]);
	assert_int_equal(loop_wait(&loop, 0, &go_on, woke, things), 0);
	for (size_t i = 0; i < ARRAY_SIZE(things); i++)
		assert_int_equal(things[i].calls, 1);
	close_things(things, 2);
}

static double now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void it_waits_no_longer_than_it_should(void **state)
{
	struct thing t = {.fd = open_event(false)};
	double begin = now_ms();
	int woken = 0;

	(void)state;
	add(&t);
	assert_int_equal(loop_wait(&loop, SHORT_MS, &go_on, count, &woken), 0);
	/* Its milliseconds may be those of a coarser clock. */
	assert_true(now_ms() - begin >= SHORT_MS - 1);
	assert_int_equal(woken, 1);
	assert_int_equal(t.calls, 0);
	begin = now_ms();
	assert_int_equal(eventfd_write(t.fd, 1), 0);
	assert_int_equal(loop_wait(&loop, LONG_MS, &go_on, NULL, NULL), 0);
	assert_true(now_ms() - begin < LONG_MS);
	assert_int_equal(t.calls, 1);
	close(t.fd);
}

static void on_alarm(int signal)
{
	(void)signal;
}

static void a_signal_is_no_error(void **state)
{
	/* Again and again: the first may come before it waits. */
	const struct itimerval often = {{.tv_usec = 20000}, {.tv_usec = 20000}}, never = {0};
	struct sigaction action = {.sa_handler = on_alarm}, before;
	double begin = now_ms();
	int woken = 0;

	(void)state;
	assert_int_equal(sigaction(SIGALRM, &action, &before), 0);
	assert_int_equal(setitimer(ITIMER_REAL, &often, NULL), 0);
	assert_int_equal(loop_wait(&loop, LONG_MS, &go_on, count, &woken), 0);
	assert_int_equal(setitimer(ITIMER_REAL, &never, NULL), 0);
	assert_int_equal(sigaction(SIGALRM, &before, NULL), 0);
	assert_int_equal(woken, 1);
	assert_true(now_ms() - begin < LONG_MS);
}

static void what_cannot_be_is_an_error(void **state)
{
	struct thing t = {.fd = open_event(true)};
	FILE *file = tmpfile();
	int calls = 0;

	(void)state;
	assert_non_null(file);
	/* A file is always readable, which epoll does not say. */
	assert_int_equal(loop_add(&loop, fileno(file), count, &calls), -EPERM);
	assert_int_equal(loop_add(&loop, -1, count, &calls), -EBADF);
	add(&t);
	assert_int_equal(loop_add(&loop, t.fd, count, &calls), -EEXIST);
	/* Those that are not there are taken out all the same. */
	loop_remove(&loop, -1);
	loop_remove(&loop, fileno(file));
	assert_int_equal(loop_wait(&loop, 0, &go_on, NULL, NULL), 0);
	assert_int_equal(t.calls, 1);
	assert_int_equal(calls, 0);
	loop_remove(&loop, t.fd);
	loop_remove(&loop, t.fd);
	assert_int_equal(loop_wait(&loop, 0, &go_on, NULL, NULL), 0);
	assert_int_equal(t.calls, 1);
	fclose(file);
	close(t.fd);
}

static void a_closed_one_is_none(void **state)
{
	int woken = 0, calls = 0;

	(void)state;
	loop_close(&loop);
	assert_int_equal(loop.epoll_fd, -1);
	loop_close(&loop);
	assert_int_equal(loop_add(&loop, STDIN_FILENO, count, &calls), -EBADF);
	assert_int_equal(loop_wait(&loop, 0, &go_on, count, &woken), -EBADF);
	assert_int_equal(woken, 1);
	assert_int_equal(calls, 0);
}

#define LOOP_TEST(name) cmocka_unit_test_setup_teardown(name, open_loop, close_loop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		LOOP_TEST(agrees_with_a_list),	       LOOP_TEST(one_handler_serves_many),
		LOOP_TEST(an_end_of_file_is_readable), LOOP_TEST(stop_ends_it),
		LOOP_TEST(it_wakes_before_it_calls),   LOOP_TEST(it_waits_no_longer_than_it_should),
		LOOP_TEST(a_signal_is_no_error),       LOOP_TEST(what_cannot_be_is_an_error),
		LOOP_TEST(a_closed_one_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
