// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "common/messages.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <unistd.h>

enum { RELEASE_PATIENCE_MS = 1000 };

static int real_stderr = -1;

void messages_hold(void)
{
	int held = memfd_create("tvtraced messages", MFD_CLOEXEC);

	if (held < 0)
		return;
	if (real_stderr < 0 && isatty(STDERR_FILENO))
		real_stderr = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0);
	if (real_stderr >= 0)
		dup2(held, STDERR_FILENO);
	/* With O_APPEND, others can go on writing to the file after it has been truncated. */
	fcntl(held, F_SETFL, O_APPEND);
	close(held);
}

/* Returns false when the terminal takes no messages, because it is stopped or gone. */
static bool takes_messages(void)
{
	struct pollfd p = {.fd = real_stderr, .events = POLLOUT};

	return poll(&p, 1, RELEASE_PATIENCE_MS) == 1 && p.revents & POLLOUT;
}

void messages_release(void)
{
	/* The buffer is small: a terminal that takes anything takes this much without blocking. */
	char text[256];
	off_t at = 0;
	ssize_t n;

	if (real_stderr < 0)
		return;
	while ((n = pread(STDERR_FILENO, text, sizeof(text), at)) > 0) {
		if (!takes_messages() || write(real_stderr, text, (size_t)n) != n)
			break;
		at += n;
	}
	dup2(real_stderr, STDERR_FILENO);
	close(real_stderr);
	real_stderr = -1;
}

bool messages_held(void)
{
	return real_stderr >= 0;
}
