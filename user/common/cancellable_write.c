// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "common/cancellable_write.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { PATIENCE_MS = 200 }; /* between two checks of *stop */

void cancellable_write_init(struct cancellable_write *s, int fd, const bool *stop)
{
	struct stat st;

	*s = (struct cancellable_write){.fd = fd, .stop = stop};
	s->may_block = fstat(fd, &st) || !S_ISREG(st.st_mode);
}

static bool is_over(struct cancellable_write *s)
{
	struct timespec now;

	if (!s->most_after_stop_s)
		return false;
	clock_gettime(CLOCK_MONOTONIC, &now);
	if (!s->stopped_s)
		s->stopped_s = now.tv_sec;
	return now.tv_sec - s->stopped_s > s->most_after_stop_s;
}

/* Signals are for write(), which may block; here they would cut the time short. */
static int wait_undisturbed(struct pollfd *p)
{
	const struct timespec patience = {.tv_nsec = PATIENCE_MS * 1000000L};
	sigset_t all;

	sigfillset(&all);
	return ppoll(p, 1, &patience, &all);
}

static int wait_for_room(struct cancellable_write *s)
{
	struct pollfd p = {.fd = s->fd, .events = POLLOUT};
	bool stop;

	do {
		int n;

		stop = __atomic_load_n(s->stop, __ATOMIC_RELAXED);
		if (stop && is_over(s))
			break;
		n = stop && !s->goes_on ? 0 : wait_undisturbed(&p);
		if (n < 0 && errno != EINTR)
			return -errno;
		if (n > 0 && p.revents & POLLNVAL)
			return -EBADF;
		if (n > 0)
			return p.revents & POLLOUT ? 0 : -EPIPE;
	} while (!stop);
	return -ECANCELED;
}

int cancellable_write(struct cancellable_write *s, const void *data, size_t len)
{
	const char *from = data;

	while (len) {
		/*
		 * A pipe that poll() reports as writable has space for at least PIPE_BUF bytes, so
		 * a write of no more does not block.
		 */
		size_t most = s->may_block && len > PIPE_BUF ? PIPE_BUF : len;
		int err = s->may_block ? wait_for_room(s) : 0;
		ssize_t n;

		if (err)
			return err;
		n = write(s->fd, from, most);
		if (n < 0 && errno == EINTR && !s->may_block &&
		    __atomic_load_n(s->stop, __ATOMIC_RELAXED))
			return -ECANCELED;
		if (n < 0 && (errno == EINTR || (errno == EAGAIN && s->may_block)))
			continue;
		if (n < 0)
			return -errno;
		/* A file system that takes nothing would be asked for ever. */
		if (!n)
			return -EIO;
		from += n;
		len -= (size_t)n;
		__atomic_add_fetch(&s->bytes, (uint64_t)n, __ATOMIC_RELAXED);
	}
	return 0;
}

uint64_t cancellable_write_bytes(const struct cancellable_write *s)
{
	return __atomic_load_n(&s->bytes, __ATOMIC_RELAXED);
}
