// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A stream to a pipe whose reader is slow, stops, or goes. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "outputs/stream.h"
#include "unit.h"

enum { MOST = 128 << 10, PIECES = 3000, MOST_PIECE = 5000, PATIENCE_MS = 20000 };

struct pipe_ends {
	int read, write;
};

/* As small as a pipe can be, so that a reader who stops is soon felt. */
static struct pipe_ends small_pipe(void)
{
	int ends[2];

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	fcntl(ends[1], F_SETPIPE_SZ, 4096);
	return (struct pipe_ends){ends[0], ends[1]};
}

static void close_pipe(struct pipe_ends p)
{
	close(p.read);
	close(p.write);
}

/* The n-th byte of all. */
static char byte_at(size_t n)
{
	return (char)(n * 2654435761u >> 13);
}

static char *piece_of(size_t from, size_t len)
{
	char *data = malloc(len);

	assert_non_null(data);
	for (size_t i = 0; i < len; i++)
		data[i] = byte_at(from + i);
	return data;
}

/* Reads what is there, at most so much; waits for some. */
static void read_some(int fd, size_t *out, size_t most)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};
	char data[MOST_PIECE];
	ssize_t n;

	assert_int_equal(poll(&p, 1, PATIENCE_MS), 1);
	n = read(fd, data, most < sizeof(data) ? most : sizeof(data));
	assert_true(n > 0);
	for (ssize_t i = 0; i < n; i++)
		if (data[i] != byte_at(*out + (size_t)i))
			fail_msg("byte %zu is another one", *out + (size_t)i);
	*out += (size_t)n;
}

/* What is taken comes out, all of it and in order; what is left out is said to be, and is no more
 * than has to be. */
static void nothing_taken_is_lost(void **state)
{
	struct pipe_ends p = small_pipe();
	size_t in = 0, out = 0;
	uint64_t random = 1;
	int refused = 0;
	struct stream *s;

	(void)state;
	assert_int_equal(stream_open(&s, p.write, MOST), 0);
	for (int i = 0; i < PIECES; i++) {
		size_t len = next_random(&random) % MOST_PIECE + 1;
		int err = stream_submit(s, piece_of(in, len), len);

		if (err) {
			assert_int_equal(err, -ENOBUFS);
			/* Of the piece that is being written some has been read already. */
			assert_true(in - out + len + MOST_PIECE > MOST);
			refused++;
		} else {
			in += len;
			assert_true(in - out <= MOST + MOST_PIECE + 4096);
		}
		/* At its own pace, sometimes not at all for long. */
		while (i % 1000 > 100 && in - out > MOST / 2)
			read_some(p.read, &out, next_random(&random) % MOST_PIECE + 1);
	}
	assert_true(refused > 0 && refused < PIECES / 2);
	assert_false(stream_is_idle(s));
	while (out < in)
		read_some(p.read, &out, MOST_PIECE);
	stream_wait_idle(s, PATIENCE_MS);
	assert_true(stream_is_idle(s));
	assert_int_equal(stream_error(s), 0);
	assert_int_equal(stream_finish(s, -1, -1), 0);
	stream_close(s);
	close_pipe(p);
}

/* To the byte: a piece counts until all of it is written. */
static void no_more_waits_than_is_allowed(void **state)
{
	enum { FIRST = 10000 };
	struct pipe_ends p = small_pipe();
	struct stream *s;
	size_t out = 0;

	(void)state;
	assert_int_equal(stream_open(&s, p.write, MOST), 0);
	/* More than the pipe takes, which nobody reads yet. */
	assert_int_equal(stream_submit(s, piece_of(0, FIRST), FIRST), 0);
	assert_int_equal(stream_submit(s, piece_of(0, MOST), MOST - FIRST + 1), -ENOBUFS);
	assert_int_equal(stream_submit(s, piece_of(FIRST, MOST), MOST - FIRST), 0);
	assert_int_equal(stream_submit(s, piece_of(0, 1), 1), -ENOBUFS);
	while (out < MOST)
		read_some(p.read, &out, MOST_PIECE);
	assert_int_equal(stream_finish(s, -1, -1), 0);
	stream_close(s);
	close_pipe(p);
}

/* One piece of any size is taken when nothing else waits. */
static void a_large_piece_is_taken_alone(void **state)
{
	enum { LARGE = 10 * MOST };
	struct pipe_ends p = small_pipe();
	struct stream *s;
	size_t out = 0;

	(void)state;
	assert_int_equal(stream_open(&s, p.write, MOST), 0);
	assert_int_equal(stream_submit(s, piece_of(0, LARGE), LARGE), 0);
	assert_int_equal(stream_submit(s, piece_of(0, 1), 1), -ENOBUFS);
	while (out < LARGE)
		read_some(p.read, &out, MOST_PIECE);
	stream_wait_idle(s, PATIENCE_MS);
	assert_int_equal(stream_submit(s, piece_of(LARGE, 10), 10), 0);
	while (out < LARGE + 10)
		read_some(p.read, &out, MOST_PIECE);
	assert_int_equal(stream_finish(s, -1, -1), 0);
	stream_close(s);
	close_pipe(p);
}

static bool is_readable(int fd, int patience_ms)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};

	return poll(&p, 1, patience_ms) == 1;
}

static void a_reader_that_goes_is_an_error(void **state)
{
	struct pipe_ends p = small_pipe();
	struct stream *s;

	(void)state;
	assert_int_equal(stream_open(&s, p.write, MOST), 0);
	assert_false(is_readable(stream_fd(s), 0));
	assert_int_equal(stream_submit(s, piece_of(0, 10000), 10000), 0);
	assert_int_equal(stream_submit(s, piece_of(10000, 10000), 10000), 0);
	assert_false(is_readable(stream_fd(s), 0));
	close(p.read);
	assert_true(is_readable(stream_fd(s), PATIENCE_MS));
	assert_int_equal(stream_error(s), -EPIPE);
	/* Nothing will be written any more: nobody is to wait for it. */
	assert_true(stream_is_idle(s));
	assert_int_equal(stream_submit(s, piece_of(0, 1), 1), -EPIPE);
	assert_int_equal(stream_finish(s, -1, -1), -EPIPE);
	stream_close(s);
	close(p.write);
}

static void a_failing_write_is_an_error(void **state)
{
	int full = open("/dev/full", O_WRONLY | O_CLOEXEC), closed = dup(full);

	(void)state;
	assert_true(full >= 0 && closed >= 0);
	for (int i = 0; i < 2; i++) {
		struct stream *s;

		assert_int_equal(stream_open(&s, i ? closed : full, MOST), 0);
		if (i)
			close(closed);
		assert_int_equal(stream_submit(s, piece_of(0, 1), 1), 0);
		assert_true(is_readable(stream_fd(s), PATIENCE_MS));
		assert_int_equal(stream_error(s), i ? -EBADF : -ENOSPC);
		assert_int_equal(stream_finish(s, -1, -1), i ? -EBADF : -ENOSPC);
		stream_close(s);
	}
	close(full);
}

/* Nobody reads: it gives up after its patience, or soon when it is interrupted. */
static void gives_up_on_a_reader_who_stops(void **state)
{
	(void)state;
	for (int interrupted = 0; interrupted < 2; interrupted++) {
		int interrupt_fd = eventfd((unsigned int)interrupted, EFD_CLOEXEC);
		struct pipe_ends p = small_pipe();
		struct stream *s;
		size_t out = 0;

		assert_int_equal(stream_open(&s, p.write, MOST), 0);
		assert_int_equal(stream_submit(s, piece_of(0, 20000), 20000), 0);
		assert_int_equal(stream_finish(s, interrupt_fd, interrupted ? -1 : 200),
				 -ECANCELED);
		stream_close(s);
		/* What came is the beginning of it. */
		close(p.write);
		while (out < 4096)
			read_some(p.read, &out, MOST_PIECE);
		close(p.read);
		close(interrupt_fd);
	}
}

struct reader {
	int fd;
	size_t out, all;
};

/* Slower than the patience for all of it, but never for long without taking anything. */
static void *read_slowly(void *ctx)
{
	struct reader *r = ctx;

	while (r->out < r->all) {
		read_some(r->fd, &r->out, 4096);
		poll(NULL, 0, 80);
	}
	return NULL;
}

static void patience_is_for_each_step(void **state)
{
	struct pipe_ends p = small_pipe();
	struct reader r = {.fd = p.read, .all = 30 * 4096};
	struct stream *s;
	pthread_t thread;

	(void)state;
	assert_int_equal(stream_open(&s, p.write, MOST), 0);
	assert_int_equal(stream_submit(s, piece_of(0, r.all), r.all), 0);
	assert_int_equal(pthread_create(&thread, NULL, read_slowly, &r), 0);
	assert_int_equal(stream_finish(s, -1, 1200), 0);
	stream_close(s);
	pthread_join(thread, NULL);
	assert_int_equal(r.out, r.all);
	close_pipe(p);
}

/* Also of nothing at all, and of what was never waited for. */
static void closing_is_always_possible(void **state)
{
	struct pipe_ends p = small_pipe();
	struct stream *s;

	(void)state;
	stream_close(NULL);
	assert_int_equal(stream_open(&s, p.write, MOST), 0);
	assert_true(stream_is_idle(s));
	stream_close(s);
	assert_int_equal(stream_open(&s, p.write, MOST), 0);
	assert_int_equal(stream_finish(s, -1, -1), 0);
	stream_close(s);
	close_pipe(p);
}

static int ignore_sigpipe(void **state)
{
	(void)state;
	/* As the daemon does. */
	signal(SIGPIPE, SIG_IGN);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_taken_is_lost),
		cmocka_unit_test(no_more_waits_than_is_allowed),
		cmocka_unit_test(a_large_piece_is_taken_alone),
		cmocka_unit_test(a_reader_that_goes_is_an_error),
		cmocka_unit_test(a_failing_write_is_an_error),
		cmocka_unit_test(gives_up_on_a_reader_who_stops),
		cmocka_unit_test(patience_is_for_each_step),
		cmocka_unit_test(closing_is_always_possible),
	};

	return cmocka_run_group_tests(tests, ignore_sigpipe, NULL);
}
