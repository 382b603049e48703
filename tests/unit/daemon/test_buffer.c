// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What goes into a buffer comes out of a socket, in order, whatever the reader's pace. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "control/buffer.h"
#include "unit.h"

enum { STEPS = 4000, MOST_ADDED = 20000, MOST_READ = 30000 };

/* The n-th byte that ever goes in. */
static char byte_at(size_t n)
{
	return (char)(n * 2654435761u >> 13);
}

static void add_bytes(struct buffer *b, size_t *in, size_t len)
{
	char data[MOST_ADDED];

	for (size_t i = 0; i < len; i++)
		data[i] = byte_at(*in + i);
	buffer_add(b, data, len);
	*in += len;
}

static void read_bytes(int fd, size_t *out, size_t most)
{
	char data[MOST_READ];
	ssize_t n = recv(fd, data, most, MSG_DONTWAIT);

	for (ssize_t i = 0; i < n; i++)
		assert_int_equal(data[i], byte_at(*out + (size_t)i));
	*out += n > 0 ? (size_t)n : 0;
}

static void all_comes_out_in_order(void **state)
{
	struct buffer b = {0};
	size_t in = 0, sent = 0, out = 0;
	uint64_t random = 1;
	int ends[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	for (int step = 0; step < STEPS; step++) {
		size_t before = buffer_len(&b);

		switch (next_random(&random) % 4) {
		case 0:
			add_bytes(&b, &in, next_random(&random) % MOST_ADDED + 1);
			break;
		case 1:
			add_bytes(&b, &in, next_random(&random) % 16 + 1);
			break;
		case 2:
			assert_int_equal(buffer_send(&b, ends[0]), 0);
			sent += before - buffer_len(&b);
			break;
		default:
			read_bytes(ends[1], &out, next_random(&random) % MOST_READ + 1);
		}
		assert_int_equal(buffer_len(&b), in - sent);
	}
	while (out < in) {
		assert_int_equal(buffer_send(&b, ends[0]), 0);
		read_bytes(ends[1], &out, MOST_READ);
	}
	assert_int_equal(buffer_len(&b), 0);
	buffer_release(&b);
	close(ends[0]);
	close(ends[1]);
}

/* What has gone out makes room for what comes in: a long reply needs no more memory than waits. */
static void memory_is_for_what_waits(void **state)
{
	enum { WAITS = 5000, ROUNDS = 2000 };
	struct buffer b = {0};
	size_t in = 0, out = 0;
	int ends[2], size = 1;

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	/* As little as the kernel allows. */
	setsockopt(ends[0], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	for (int round = 0; round < ROUNDS; round++) {
		while (buffer_len(&b) < WAITS)
			add_bytes(&b, &in, 100);
		assert_int_equal(buffer_send(&b, ends[0]), 0);
		read_bytes(ends[1], &out, 1000);
		assert_true(b.room <= 4 * WAITS);
	}
	assert_true(out > 100 * WAITS);
	buffer_release(&b);
	close(ends[0]);
	close(ends[1]);
}

static void readers_that_have_gone_are_an_error(void **state)
{
	struct buffer b = {0};
	int ends[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	close(ends[1]);
	/* Nothing is to be sent: nobody is missed. */
	assert_int_equal(buffer_send(&b, ends[0]), 0);
	buffer_add_text(&b, "x");
	/* Without a SIGPIPE, which would end this test. */
	assert_int_equal(buffer_send(&b, ends[0]), -EPIPE);
	assert_int_equal(buffer_len(&b), 1);
	close(ends[0]);
	assert_int_equal(buffer_send(&b, ends[0]), -EBADF);
	buffer_release(&b);
}

static void a_released_one_is_empty_and_valid(void **state)
{
	struct buffer b = {0};

	(void)state;
	assert_int_equal(buffer_len(&b), 0);
	buffer_add_text(&b, "{\"version\":1");
	buffer_add_text(&b, "}\n");
	buffer_add(&b, "\0x", 2);
	assert_int_equal(buffer_len(&b), 16);
	assert_memory_equal(b.data + b.begin, "{\"version\":1}\n\0x", 16);
	buffer_release(&b);
	assert_int_equal(buffer_len(&b), 0);
	buffer_release(&b);
	buffer_add_text(&b, "y");
	assert_int_equal(buffer_len(&b), 1);
	buffer_release(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_comes_out_in_order),
		cmocka_unit_test(memory_is_for_what_waits),
		cmocka_unit_test(readers_that_have_gone_are_an_error),
		cmocka_unit_test(a_released_one_is_empty_and_valid),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
