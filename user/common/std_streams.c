// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "common/std_streams.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/error.h"

static int status_of_failure;
static bool dealt_with; /* the caller of std_streams_flush() has been told of the failure */

/*
 * Returns why an earlier write failed in the midst of printing. Its errno is lost, so all that is
 * left is to probe standard output.
 */
static int why_it_failed(void)
{
	struct pollfd p = {.fd = STDOUT_FILENO, .events = POLLOUT};

	if (poll(&p, 1, 0) == 1 && p.revents & POLLERR)
		return -EPIPE;
	return write(STDOUT_FILENO, "", 0) < 0 ? -errno : -EIO;
}

static int flush_stdout(void)
{
	errno = 0;
	if (fflush(stdout))
		return errno ? -errno : -EIO;
	return ferror(stdout) ? why_it_failed() : 0;
}

int std_streams_flush(void)
{
	int err = flush_stdout();

	dealt_with = dealt_with || err;
	return err;
}

static void check_stdout(void)
{
	int err = dealt_with || error_said() ? 0 : flush_stdout();

	/* It is no failure when the reader has gone (`| head`). */
	if (!err || err == -EPIPE)
		return;
	fail(status_of_failure, "cannot write to standard output: %s", strerror(-err));
	_exit(status_of_failure);
}

void std_streams_init(int failed_status)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		if (fcntl(fd, F_GETFD) >= 0)
			continue;
		/*
		 * open() returns the lowest free number, which is fd. With O_PATH, the descriptor
		 * only occupies the number.
		 */
		if (open("/", O_PATH | O_CLOEXEC) != fd)
			_exit(failed_status);
	}
	status_of_failure = failed_status;
	atexit(check_stdout);
}
