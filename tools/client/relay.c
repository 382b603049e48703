// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "client/relay.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/alloc.h"
#include "common/thread.h"

enum { PIECE = 64 << 10 };

struct relay {
	pthread_t thread;
	int from, to;
	int err;
};

bool relay_is_needed(int fd)
{
	struct stat st;

	return !fstat(fd, &st) && !S_ISREG(st.st_mode) && !S_ISFIFO(st.st_mode);
}

/* Returns 0 or -errno. */
static int write_all(int fd, const char *data, size_t len)
{
	while (len) {
		ssize_t n = write(fd, data, len);

		if (n < 0 && errno == EAGAIN)
			poll(&(struct pollfd){.fd = fd, .events = POLLOUT}, 1, -1);
		else if (n < 0 && errno != EINTR)
			return -errno;
		else if (!n)
			return -EIO;
		data += n > 0 ? n : 0;
		len -= n > 0 ? (size_t)n : 0;
	}
	return 0;
}

static void *run(void *ctx)
{
	struct relay *r = ctx;
	char *piece = xcalloc(1, PIECE);
	ssize_t n;

	while (!r->err && (n = read(r->from, piece, PIECE)) > 0)
		r->err = write_all(r->to, piece, (size_t)n);
	free(piece);
	/* Whoever writes to it learns of a failure by that. */
	close(r->from);
	return NULL;
}

struct relay *relay_start(int fd, int *from)
{
	struct relay *r = xcalloc(1, sizeof(*r));
	int ends[2], err;

	if (pipe2(ends, O_CLOEXEC)) {
		free(r);
		return NULL;
	}
	r->from = ends[0];
	r->to = fd;
	err = thread_start(&r->thread, run, r);
	if (err) {
		close(ends[0]);
		close(ends[1]);
		free(r);
		errno = -err;
		return NULL;
	}
	*from = ends[1];
	return r;
}

int relay_finish(struct relay *r)
{
	int err;

	pthread_join(r->thread, NULL);
	err = r->err;
	free(r);
	return err;
}
