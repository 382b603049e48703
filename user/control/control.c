// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "control/control.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "capture/capture.h"
#include "common/alloc.h"
#include "common/clock.h"
#include "common/error.h"
#include "common/exit_status.h"
#include "common/rlimits.h"
#include "control/connection.h"
#include "control/control_socket.h"
#include "protocol.h"

enum {
	MAX_CLIENTS = 64,
	RUN_NS = 2000000,
	/*
	 * When all slots are taken, a client that has been idle for this long makes room for a new
	 * one.
	 */
	IDLE_PATIENCE_S = 60,
};

struct control {
	struct control_socket *socket;
	struct look look;
	int epoll_fd, timer_fd;
	struct connection *clients[MAX_CLIENTS];
	size_t turn; /* slot from which run_due() continues */
};

static int watch(int epoll_fd, int op, int fd, u32 events, void *about)
{
	struct epoll_event e = {.events = events, .data.ptr = about};

	return epoll_ctl(epoll_fd, op, fd, &e) ? -errno : 0;
}

static int fail_socket(int err, const char *path)
{
	if (err == -EADDRINUSE)
		return fail(STATUS_SOCKET,
			    "somebody listens at the control socket %s already; stop it, or give "
			    "--socket another path",
			    path);
	if (err == -EEXIST)
		return fail(STATUS_SOCKET,
			    "will not replace %s, which is no socket; remove it, or give --socket "
			    "another path",
			    path);
	if (err == -ENOTEMPTY)
		return fail(STATUS_SOCKET,
			    "will not take %s.lock, which has something in it, for a lock; remove "
			    "it, or "
			    "give --socket another path",
			    path);
	return rlimits_fail(STATUS_SOCKET, err,
			    "give --socket a path in a directory that can be written",
			    "make the control socket %s", path);
}

static bool is_denied(int err)
{
	return err == -EACCES || err == -EPERM || err == -EROFS || err == -ENOENT;
}

int control_open(struct control **result, const char *path, bool optional,
		 const struct control_source *source)
{
	struct control *c = xcalloc(1, sizeof(*c));
	int err;

	*result = c;
	capture_init();
	look_init(&c->look, source, MAX_CLIENTS);
	c->epoll_fd = c->timer_fd = -1;
	err = control_socket_open(&c->socket, path);
	if (is_denied(err) && optional) {
		warn("no control socket %s: %s; for tvtrace, give --socket a path in a directory "
		     "that "
		     "can be written",
		     path, strerror(-err));
		control_close(c);
		*result = NULL;
		return STATUS_OK;
	}
	if (err)
		return fail_socket(err, path);
	if (!control_socket_has_group(c->socket))
		warn("there is no group %s: only root may connect to %s", PROTOCOL_GROUP, path);
	c->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (c->epoll_fd < 0)
		return fail_socket(-errno, path);
	c->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (c->timer_fd < 0)
		return fail_socket(-errno, path);
	err = watch(c->epoll_fd, EPOLL_CTL_ADD, control_socket_fd(c->socket), EPOLLIN, &c->socket);
	if (!err)
		err = watch(c->epoll_fd, EPOLL_CTL_ADD, c->timer_fd, EPOLLIN, &c->timer_fd);
	return err ? fail_socket(err, path) : STATUS_OK;
}

int control_fd(const struct control *c)
{
	return c->epoll_fd;
}

static void drop(struct control *c, struct connection **place)
{
	const char *reason = connection_ended(*place);

	if (reason && *reason)
		verbose_log("dropped a client: %s", reason);
	connection_free(*place);
	*place = NULL;
	c->look.facts.clients--;
}

/*
 * Finds a slot for one more client, if necessary that of the longest-idle one. NULL: there is none.
 */
static struct connection **find_place(struct control *c)
{
	u64 now = clock_ns(), longest = IDLE_PATIENCE_S * NSEC_PER_SEC;
	struct connection **idle = NULL;

	for (size_t i = 0; i < MAX_CLIENTS; i++) {
		u64 since;

		if (!c->clients[i])
			return &c->clients[i];
		since = connection_idle_since(c->clients[i]);
		if (since && now - since > longest) {
			longest = now - since;
			idle = &c->clients[i];
		}
	}
	if (!idle)
		return NULL;
	connection_reject(*idle, "timeout", "no request for 60 s, and others wait");
	drop(c, idle);
	return idle;
}

static void admit(struct control *c)
{
	int fd = accept4(control_socket_fd(c->socket), NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	struct connection **place;

	if (fd < 0)
		return;
	if (!control_socket_admits(c->socket, fd)) {
		connection_refuse(fd, "denied",
				  "only root and members of the group " PROTOCOL_GROUP " may ask");
		return;
	}
	place = find_place(c);
	if (!place) {
		connection_refuse(fd, "busy", "as many clients as are allowed are connected");
		return;
	}
	*place = connection_new(fd);
	if (watch(c->epoll_fd, EPOLL_CTL_ADD, fd, EPOLLIN, place)) {
		connection_free(*place);
		*place = NULL;
		return;
	}
	c->look.facts.clients++;
}

static void run_connection(struct control *c, struct connection **place, u32 events)
{
	struct connection *client = *place;
	u32 before;

	if (!client)
		return;
	before = connection_events(client);
	connection_run(client, events, &c->look);
	if (connection_ended(client))
		drop(c, place);
	else if (connection_events(client) != before)
		watch(c->epoll_fd, EPOLL_CTL_MOD, connection_fd(client), connection_events(client),
		      place);
}

/* Runs the connections that are due until until_ns; the next call continues with the rest. */
static void run_due(struct control *c, u64 until_ns)
{
	u64 now = clock_ns(), ticks;

	if (read(c->timer_fd, &ticks, sizeof(ticks)) < 0)
		return;
	for (size_t i = 0; i < MAX_CLIENTS && clock_ns() <= until_ns; i++) {
		struct connection **place = &c->clients[c->turn];

		c->turn = (c->turn + 1) % MAX_CLIENTS;
		if (*place && connection_due(*place) <= now)
			run_connection(c, place, 0);
	}
}

static void set_timer(struct control *c)
{
	struct itimerspec t = {0};
	u64 due = UINT64_MAX;

	for (size_t i = 0; i < MAX_CLIENTS; i++)
		if (c->clients[i] && connection_due(c->clients[i]) < due)
			due = connection_due(c->clients[i]);
	/* An all-zero time disarms the timer. */
	if (due != UINT64_MAX)
		t.it_value = clock_timespec(due);
	timerfd_settime(c->timer_fd, TFD_TIMER_ABSTIME, &t, NULL);
}

void control_run(struct control *c)
{
	u64 until = clock_ns() + RUN_NS;
	struct epoll_event e;

	/*
	 * Fetches one event at a time, so that epoll's ready list rotates and each client gets a
	 * turn.
	 */
	while (epoll_wait(c->epoll_fd, &e, 1, 0) == 1) {
		if (e.data.ptr == &c->socket)
			admit(c);
		else if (e.data.ptr == &c->timer_fd)
			run_due(c, until);
		else
			run_connection(c, e.data.ptr, e.events);
		if (clock_ns() > until)
			break;
	}
	set_timer(c);
}

void control_note(struct control *c, u64 now_ns, const struct accounting *now)
{
	if (!c)
		return;
	recent_note(&c->look.facts.recent, now_ns, now);
	capture_reap();
}

void control_note_pause(struct control *c, u64 ns)
{
	if (c && ns > c->look.facts.longest_pause_ns)
		c->look.facts.longest_pause_ns = ns;
}

void control_close(struct control *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < MAX_CLIENTS; i++) {
		if (!c->clients[i])
			continue;
		connection_reject(c->clients[i], "stopping", "tvtraced ends");
		drop(c, &c->clients[i]);
	}
	capture_wait_all();
	control_socket_close(c->socket);
	look_release(&c->look);
	if (c->epoll_fd >= 0)
		close(c->epoll_fd);
	if (c->timer_fd >= 0)
		close(c->timer_fd);
	free(c);
}
