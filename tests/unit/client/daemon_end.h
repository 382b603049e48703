/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The daemon's end of a session, played by the test: replies are put into the socket before the
 * client asks, requests are looked at afterwards, so there is no second thread.
 */
#ifndef TVTRACE_DAEMON_END_H
#define TVTRACE_DAEMON_END_H

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "client/session.h"
#include "unit.h"

struct daemon_end {
	int fd;
	struct session *session; /* the client's */
};

static inline void daemon_end_open(struct daemon_end *d)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	char dir[] = "/tmp/tvtrace-unit-XXXXXX";
	int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_non_null(mkdtemp(dir));
	snprintf(address.sun_path, sizeof(address.sun_path), "%s/socket", dir);
	assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(listener, 1), 0);
	assert_int_equal(session_open(&d->session, address.sun_path), 0);
	d->fd = accept(listener, NULL, NULL);
	assert_true(d->fd >= 0);
	close(listener);
	/* A test that fails leaves nothing behind. */
	unlink(address.sun_path);
	rmdir(dir);
}

static inline void daemon_end_close(struct daemon_end *d)
{
	session_close(d->session);
	close(d->fd);
}

/* What the next request is answered with; with its newline. */
static inline void daemon_end_reply(struct daemon_end *d, const char *reply)
{
	size_t len = strlen(reply);

	/* The socket's buffer has room for it, or the test would wait for itself. */
	assert_int_equal(send(d->fd, reply, len, MSG_DONTWAIT | MSG_NOSIGNAL), (ssize_t)len);
}

/* The requests that have come, all of them. */
static inline char *daemon_end_requests(struct daemon_end *d, char *text, size_t size)
{
	ssize_t n = recv(d->fd, text, size - 1, MSG_DONTWAIT);

	text[n > 0 ? n : 0] = '\0';
	return text;
}

#endif
