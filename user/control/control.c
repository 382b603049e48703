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
#include "common/closer.h"
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
	/* What nobody but root can take, and what no other user can take alone. */
	ROOT_CLIENTS = 8,
	MAX_CLIENTS_OF_USER = 32,
	/* How much time of each window the clients of all others may take. */
	WINDOW_NS = 100000000,
	OTHERS_NS = 20000000,
	PAUSE_NS = 1000000000, /* when no client can be accepted */
	SLOW_ACCEPT_NS = 2000000,
};

struct control {
	struct control_socket *socket;
	struct look look;
	int epoll_fd, timer_fd;
	int others_fd; /* epoll of the clients that are not root's; in epoll_fd but for rests */
	u64 window_ns; /* when the present window began */
	u64 spent_ns;  /* for the others in it */
	bool resting;  /* the others' time of this window is used up */
	u64 accept_again_ns; /* 0: the listening socket is watched */
	bool told_of_pause;
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
	if (err == -EBUSY)
		return fail(
			STATUS_SOCKET,
			"somebody else keeps %s.lock locked; stop them, or give --socket a path in "
			"a directory that only root can write to",
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
	c->epoll_fd = c->timer_fd = c->others_fd = -1;
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
	c->others_fd = epoll_create1(EPOLL_CLOEXEC);
	if (c->others_fd < 0)
		return fail_socket(-errno, path);
	c->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (c->timer_fd < 0)
		return fail_socket(-errno, path);
	err = watch(c->epoll_fd, EPOLL_CTL_ADD, control_socket_fd(c->socket), EPOLLIN, &c->socket);
	if (!err)
		err = watch(c->epoll_fd, EPOLL_CTL_ADD, c->timer_fd, EPOLLIN, &c->timer_fd);
	if (!err)
		err = watch(c->epoll_fd, EPOLL_CTL_ADD, c->others_fd, EPOLLIN, &c->others_fd);
	return err ? fail_socket(err, path) : STATUS_OK;
}

int control_fd(const struct control *c)
{
	return c->epoll_fd;
}

/* Root and the daemon's own user, who could end it anyway. */
static bool is_trusted(u32 uid)
{
	return !uid || uid == geteuid();
}

static bool is_trusted_client(const struct connection *client)
{
	return is_trusted(connection_uid(client));
}

static int epoll_of(const struct control *c, const struct connection *client)
{
	return is_trusted_client(client) ? c->epoll_fd : c->others_fd;
}

static void drop(struct control *c, struct connection **place)
{
	const char *reason = connection_ended(*place);

	if (reason && *reason)
		verbose_log("dropped a client: %s", reason);
	/* It may stay open for a while: see closer.h. */
	watch(epoll_of(c, *place), EPOLL_CTL_DEL, connection_fd(*place), 0, NULL);
	connection_free(*place);
	*place = NULL;
	c->look.facts.clients--;
}

static struct connection **free_place(struct control *c)
{
	for (size_t i = 0; i < MAX_CLIENTS; i++)
		if (!c->clients[i])
			return &c->clients[i];
	return NULL;
}

/* Whose clients are to make room for one more. */
enum lack { LACK_NONE, LACK_OF_USER, LACK_FOR_OTHERS, LACK_FOR_ALL };

static enum lack lack_of(struct control *c, u32 uid)
{
	unsigned int of_user = 0, of_others = 0;

	if (is_trusted(uid))
		return free_place(c) ? LACK_NONE : LACK_FOR_ALL;
	for (size_t i = 0; i < MAX_CLIENTS; i++) {
		if (!c->clients[i] || is_trusted_client(c->clients[i]))
			continue;
		of_others++;
		of_user += connection_uid(c->clients[i]) == uid;
	}
	if (of_user >= MAX_CLIENTS_OF_USER)
		return LACK_OF_USER;
	if (of_others >= MAX_CLIENTS - ROOT_CLIENTS)
		return LACK_FOR_OTHERS;
	return free_place(c) ? LACK_NONE : LACK_FOR_ALL;
}

static bool may_be_ended(const struct connection *client, enum lack lack, u32 uid)
{
	if (!client)
		return false;
	if (lack == LACK_OF_USER)
		return connection_uid(client) == uid;
	return lack == LACK_FOR_ALL || !is_trusted_client(client);
}

/* Ends a client whose process has ended, or else the one that has been idle for longest. */
static bool make_place(struct control *c, enum lack lack, u32 uid)
{
	u64 now = clock_ns(), longest = IDLE_PATIENCE_S * NSEC_PER_SEC;
	struct connection **idle = NULL;

	for (size_t i = 0; i < MAX_CLIENTS; i++) {
		struct connection **place = &c->clients[i];
		u64 since;

		if (!may_be_ended(*place, lack, uid))
			continue;
		since = connection_idle_since(*place);
		if (connection_is_left(*place)) {
			connection_reject(*place, "timeout", "its process has ended");
			drop(c, place);
			return true;
		}
		if (since && now - since > longest) {
			longest = now - since;
			idle = place;
		}
	}
	if (!idle)
		return false;
	connection_reject(*idle, "timeout", "no request for 60 s, and others wait");
	drop(c, idle);
	return true;
}

/* Finds a slot for one more client. NULL: there is none. */
static struct connection **find_place(struct control *c, u32 uid)
{
	enum lack lack;

	while ((lack = lack_of(c, uid)) != LACK_NONE)
		if (!make_place(c, lack, uid))
			return NULL;
	return free_place(c);
}

static void pause_accepting(struct control *c, u64 ns)
{
	watch(c->epoll_fd, EPOLL_CTL_DEL, control_socket_fd(c->socket), 0, NULL);
	c->accept_again_ns = clock_ns() + ns;
}

/* A connection that cannot be accepted stays where it is, so that trying again would never end. */
static void tell_not_accepted(struct control *c, int err)
{
	pause_accepting(c, PAUSE_NS);
	if (!c->told_of_pause)
		warn("cannot take one more client: %s; clients wait until it can be done",
		     strerror(err));
	c->told_of_pause = true;
}

/* Counts what the clients of others have taken, and begins a rest when that is enough. */
static void note_spent(struct control *c, u64 begin_ns)
{
	if (begin_ns - c->window_ns >= WINDOW_NS && !c->resting) {
		c->window_ns = begin_ns;
		c->spent_ns = 0;
	}
	c->spent_ns += clock_ns() - begin_ns;
	if (c->spent_ns < OTHERS_NS || c->resting)
		return;
	c->resting = true;
	watch(c->epoll_fd, EPOLL_CTL_DEL, c->others_fd, 0, NULL);
}

static void admit(struct control *c)
{
	u64 begin_ns = clock_ns();
	int fd = accept4(control_socket_fd(c->socket), NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	struct connection *client, **place;
	bool trusted;

	if (fd < 0 && errno != EAGAIN && errno != EINTR && errno != ECONNABORTED)
		tell_not_accepted(c, errno);
	if (fd < 0)
		return;
	if (!control_socket_admits(c->socket, fd)) {
		connection_refuse(fd, "denied",
				  "only root and members of the group " PROTOCOL_GROUP " may ask");
		return;
	}
	client = connection_new(fd);
	trusted = is_trusted_client(client);
	place = find_place(c, connection_uid(client));
	if (!place) {
		connection_reject(client, "busy", "as many clients as are allowed are connected");
		connection_free(client);
	} else if (watch(epoll_of(c, client), EPOLL_CTL_ADD, fd, EPOLLIN, place)) {
		connection_free(client);
	} else {
		*place = client;
		c->look.facts.clients++;
	}
	if (trusted)
		return;
	note_spent(c, begin_ns);
	/* Who connects again and again is slowed down; root waits behind them for some ms. */
	if (c->resting)
		pause_accepting(c, SLOW_ACCEPT_NS);
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
		watch(epoll_of(c, client), EPOLL_CTL_MOD, connection_fd(client),
		      connection_events(client), place);
}

/*
 * The others, whoever they are, get a part of each window: the loop has real-time priority, and
 * nobody is to borrow it by asking again and again.
 */
static void run_other(struct control *c, struct connection **place, u32 events)
{
	u64 begin_ns = clock_ns();

	run_connection(c, place, events);
	note_spent(c, begin_ns);
}

/* Ends rests and pauses whose time has come. */
static void go_on(struct control *c, u64 now)
{
	if (c->resting && now - c->window_ns >= WINDOW_NS) {
		c->resting = false;
		c->window_ns = now;
		c->spent_ns = 0;
		watch(c->epoll_fd, EPOLL_CTL_ADD, c->others_fd, EPOLLIN, &c->others_fd);
	}
	if (c->accept_again_ns && now >= c->accept_again_ns) {
		c->accept_again_ns = 0;
		watch(c->epoll_fd, EPOLL_CTL_ADD, control_socket_fd(c->socket), EPOLLIN,
		      &c->socket);
	}
}

/* When a client wants to be run, were nothing to happen. */
static u64 due_of(const struct control *c, const struct connection *client)
{
	u64 due = client ? connection_due(client) : UINT64_MAX;
	u64 rested = c->window_ns + WINDOW_NS;

	return client && c->resting && !is_trusted_client(client) && due < rested ? rested : due;
}

/* Runs the connections that are due until until_ns; the next call continues with the rest. */
static void run_due(struct control *c, u64 until_ns)
{
	u64 now = clock_ns(), ticks;

	if (read(c->timer_fd, &ticks, sizeof(ticks)) < 0)
		return;
	go_on(c, now);
	for (size_t i = 0; i < MAX_CLIENTS && clock_ns() <= until_ns; i++) {
		struct connection **place = &c->clients[c->turn];

		c->turn = (c->turn + 1) % MAX_CLIENTS;
		if (!*place || due_of(c, *place) > now)
			continue;
		if (is_trusted_client(*place))
			run_connection(c, place, 0);
		else
			run_other(c, place, 0);
	}
}

static void set_timer(struct control *c)
{
	u64 due = c->resting ? c->window_ns + WINDOW_NS : UINT64_MAX;
	struct itimerspec t = {0};

	if (c->accept_again_ns && c->accept_again_ns < due)
		due = c->accept_again_ns;
	for (size_t i = 0; i < MAX_CLIENTS; i++)
		if (due_of(c, c->clients[i]) < due)
			due = due_of(c, c->clients[i]);
	/* An all-zero time disarms the timer. */
	if (due != UINT64_MAX)
		t.it_value = clock_timespec(due);
	timerfd_settime(c->timer_fd, TFD_TIMER_ABSTIME, &t, NULL);
}

static void run_event_of_others(struct control *c)
{
	struct epoll_event e;

	if (epoll_wait(c->others_fd, &e, 1, 0) == 1)
		run_other(c, e.data.ptr, e.events);
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
		else if (e.data.ptr == &c->others_fd)
			run_event_of_others(c);
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
	closer_finish();
	control_socket_close(c->socket);
	look_release(&c->look);
	if (c->epoll_fd >= 0)
		close(c->epoll_fd);
	if (c->others_fd >= 0)
		close(c->others_fd);
	if (c->timer_fd >= 0)
		close(c->timer_fd);
	free(c);
}
