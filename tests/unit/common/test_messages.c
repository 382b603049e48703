// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Standard error is a terminal of the test's own, whose other end the test reads. */
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "common/messages.h"
#include "unit.h"

enum { LINES = 60 };

static int master, real_stderr;

static int begin_terminal(void **state)
{
	struct termios raw;
	int slave;

	(void)state;
	master = posix_openpt(O_RDWR | O_NOCTTY);
	if (master < 0 || grantpt(master) || unlockpt(master))
		return -1;
	slave = open(ptsname(master), O_RDWR | O_NOCTTY);
	if (slave < 0 || tcgetattr(slave, &raw))
		return -1;
	/* Newlines stay as they are. */
	cfmakeraw(&raw);
	tcsetattr(slave, TCSANOW, &raw);
	real_stderr = dup(STDERR_FILENO);
	dup2(slave, STDERR_FILENO);
	close(slave);
	return 0;
}

static int end_terminal(void **state)
{
	(void)state;
	messages_release();
	dup2(real_stderr, STDERR_FILENO);
	close(real_stderr);
	close(master);
	return 0;
}

/* What has come out at the terminal so far. */
static size_t shown(char *text, size_t size)
{
	struct pollfd p = {.fd = master, .events = POLLIN};
	size_t len = 0;

	while (len < size - 1 && poll(&p, 1, 0) == 1) {
		ssize_t n = read(master, text + len, size - 1 - len);

		if (n <= 0)
			break;
		len += (size_t)n;
	}
	text[len] = '\0';
	return len;
}

static void all_comes_when_it_is_released(void **state)
{
	char text[4096], expected[4096] = "";

	(void)state;
	messages_hold();
	assert_true(messages_held());
	for (int i = 0; i < LINES; i++) {
		dprintf(STDERR_FILENO, "message %d\n", i);
		sprintf(expected + strlen(expected), "message %d\n", i);
		assert_int_equal(shown(text, sizeof(text)), 0);
	}
	messages_release();
	assert_false(messages_held());
	shown(text, sizeof(text));
	assert_string_equal(text, expected);
	/* And what is said later comes at once. */
	dprintf(STDERR_FILENO, "later\n");
	shown(text, sizeof(text));
	assert_string_equal(text, "later\n");
}

/* As with a stop and a continuation: nothing twice, nothing missing. */
static void it_can_be_held_again(void **state)
{
	char text[256];

	(void)state;
	for (int i = 0; i < 3; i++) {
		messages_hold();
		dprintf(STDERR_FILENO, "round %d\n", i);
		messages_release();
		messages_release();
		dprintf(STDERR_FILENO, "between\n");
	}
	shown(text, sizeof(text));
	assert_string_equal(text, "round 0\nbetween\nround 1\nbetween\nround 2\nbetween\n");
}

/* The view shows a message and empties the file: what comes next begins it again. */
static void it_can_be_emptied_under_writers(void **state)
{
	char text[256];

	(void)state;
	messages_hold();
	dprintf(STDERR_FILENO, "seen\n");
	assert_int_equal(ftruncate(STDERR_FILENO, 0), 0);
	dprintf(STDERR_FILENO, "next\n");
	messages_release();
	assert_int_equal(shown(text, sizeof(text)), 5);
	assert_string_equal(text, "next\n");
}

/* To a file or a pipe they go at once, as they do without a view. */
static void only_a_terminal_is_held(void **state)
{
	char text[16] = "";
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	dup2(ends[1], STDERR_FILENO);
	messages_hold();
	assert_false(messages_held());
	dprintf(STDERR_FILENO, "at once");
	assert_int_equal(read(ends[0], text, sizeof(text) - 1), 7);
	assert_string_equal(text, "at once");
	messages_release();
	close(ends[0]);
	close(ends[1]);
}

#define WITH_TERMINAL(test) cmocka_unit_test_setup_teardown(test, begin_terminal, end_terminal)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_TERMINAL(all_comes_when_it_is_released),
		WITH_TERMINAL(it_can_be_held_again),
		WITH_TERMINAL(it_can_be_emptied_under_writers),
		WITH_TERMINAL(only_a_terminal_is_held),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
