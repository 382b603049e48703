// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "control/connection.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <json-c/json.h>

#include "capture/capture.h"
#include "common/alloc.h"
#include "common/clock.h"
#include "common/closer.h"
#include "control/buffer.h"
#include "control/capture_session.h"
#include "control/reply.h"
#include "protocol.h"

enum {
	REQUEST_PATIENCE_S = 5, /* from the first byte to the last */
	REPLY_PATIENCE_S = 10,	/* without the client reading a byte */
	GOODBYE_PATIENCE_S = 1,
	SLICE_NS = 1000000,
	AT_ONCE_NS = 1,	  /* 0 would mean "none" */
	SCM_MAX_FD = 253, /* that a message can carry: linux/net/scm.h */
};

enum state {
	WAITING, /* for a request */
	REPLYING,
	DUE,	   /* the reply is made at next_ns */
	PREPARING, /* copies the task table for a capture */
	CAPTURING,
	LEAVING, /* closes once the buffer is sent */
	ENDED,
	NR_STATES,
};

static const char not_read[] = "the reply was not read for 10 s";

/* What a connection waits for in each state. */
static const struct {
	u32 events;	     /* epoll events of the socket */
	bool timed;	     /* connection_run() is due at next_ns */
	u32 patience_s;	     /* the client's time limit; 0: none */
	const char *timeout; /* error sent on timeout; NULL: one was sent already */
} states[NR_STATES] = {
	[WAITING] = {EPOLLIN, false, REQUEST_PATIENCE_S,
		     "the request did not come to its end in 5 s"},
	[REPLYING] = {EPOLLOUT, false, REPLY_PATIENCE_S, not_read},
	[DUE] = {.timed = true},
	[PREPARING] = {.timed = true},
	[CAPTURING] = {0, true, REPLY_PATIENCE_S, not_read},
	[LEAVING] = {EPOLLOUT, false, GOODBYE_PATIENCE_S, NULL},
};

struct connection {
	int fd;
	int pid_fd;		   /* of the client's process; -1: not known */
	struct capture_owner user; /* the client when it connected */
	enum state state;
	const char *reason;
	u64 since_ns;	/* WAITING, LEAVING: when the state began; else last progress of sending */
	u64 partial_ns; /* when the first byte of an incomplete request came; 0: none */
	u64 asked_ns;	/* DUE: the snapshot must not be older than this */
	u64 next_ns;	/* timed states: when connection_run() is due */
	int passed_fd;	/* file descriptor received with a request; -1: none */
	struct capture_session *capture; /* PREPARING, CAPTURING */
	struct request request;
	struct reply reply;
	bool made; /* the whole reply has been put into the buffer */
	u64 seq;   /* of the last reply */
	u64 replies;
	struct buffer out;
	size_t in_len;
	char in[PROTOCOL_MAX_REQUEST];
};

static void identify(struct connection *c)
{
	struct ucred peer = {.uid = UINT32_MAX};
	socklen_t len = sizeof(peer);

	c->pid_fd = -1;
	c->user.uid = c->user.gid = UINT32_MAX;
	if (getsockopt(c->fd, SOL_SOCKET, SO_PEERCRED, &peer, &len))
		return;
	c->user.uid = peer.uid;
	c->user.gid = peer.gid;
	/* A process of another pid namespace has no id here: 0. */
	if (peer.pid > 0)
		c->pid_fd = (int)syscall(SYS_pidfd_open, peer.pid, 0);
}

struct connection *connection_new(int fd)
{
	struct connection *c = xcalloc(1, sizeof(*c));

	c->fd = fd;
	c->passed_fd = -1;
	c->since_ns = clock_ns();
	identify(c);
	return c;
}

static void drop_passed(struct connection *c)
{
	if (c->passed_fd >= 0)
		closer_close(c->passed_fd);
	c->passed_fd = -1;
}

void connection_free(struct connection *c)
{
	capture_session_free(c->capture);
	drop_passed(c);
	/* The client learns of the end at once, whatever the close waits for. */
	shutdown(c->fd, SHUT_RDWR);
	closer_close(c->fd);
	if (c->pid_fd >= 0)
		close(c->pid_fd);
	buffer_release(&c->out);
	free(c);
}

int connection_fd(const struct connection *c)
{
	return c->fd;
}

static void end(struct connection *c, const char *reason)
{
	c->state = ENDED;
	c->reason = reason;
}

/* Adds an error line. json-c builds it because the message may need escaping. */
static void add_error(struct buffer *out, const char *code, const char *message)
{
	struct json_object *o = json_object_new_object(), *error = json_object_new_object();

	json_object_object_add(o, "version", json_object_new_int(PROTOCOL_VERSION));
	json_object_object_add(error, "code", json_object_new_string(code));
	json_object_object_add(error, "message", json_object_new_string(message));
	json_object_object_add(o, "error", error);
	buffer_add_text(out, json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN));
	buffer_add_text(out, "\n");
	json_object_put(o);
}

void connection_reject(struct connection *c, const char *code, const char *message)
{
	/* An error line in the middle of a reply would only corrupt it. */
	if (c->state == REPLYING) {
		end(c, code);
		return;
	}
	if (c->capture)
		capture_session_finish(c->capture, message);
	add_error(&c->out, code, message);
	c->reason = code;
	c->state = LEAVING;
	c->since_ns = clock_ns();
	if (buffer_send(&c->out, c->fd) || !buffer_len(&c->out))
		end(c, code);
}

void connection_refuse(int fd, const char *code, const char *message)
{
	struct buffer out = {0};

	add_error(&out, code, message);
	buffer_send(&out, fd);
	buffer_release(&out);
	closer_close(fd);
}

u32 connection_uid(const struct connection *c)
{
	return c->user.uid;
}

bool connection_is_left(const struct connection *c)
{
	struct pollfd p = {.fd = c->pid_fd, .events = POLLIN};

	return c->pid_fd >= 0 && (c->state == WAITING || c->state == DUE) && poll(&p, 1, 0) == 1;
}

/* Root's alone, and the daemon's own user's: what is set concerns all clients. */
static bool may_set(const struct connection *c)
{
	return !c->user.uid || c->user.uid == geteuid();
}

/* Does what the request asks to be set. Returns whether it could; otherwise the client was told. */
static bool set(struct connection *c, struct look *look)
{
	char message[REQUEST_MESSAGE_LEN];
	int err;

	if (!may_set(c)) {
		connection_reject(c, "set", "only root may switch what all clients see");
		return false;
	}
	/* So that all costs in one capture are measured in the same way. */
	if (capture_count()) {
		connection_reject(c, "set", "not while captures run");
		return false;
	}
	err = look->source.count_tlb(look->source.ctx, c->request.tlb);
	if (err) {
		snprintf(message, sizeof(message), "tlb: %s",
			 err == -EOPNOTSUPP
				 ? "this kernel does not tell, or there is no cost source"
				 : strerror(-err));
		connection_reject(c, "set", message);
		return false;
	}
	c->asked_ns = clock_ns();
	return true;
}

static void begin_reply(struct connection *c, struct look *look)
{
	u64 since = c->request.has_since ? c->request.since : 0;
	const struct snapshot *s;

	if (c->request.has_since && c->replies)
		since = c->seq;
	s = look_refresh(look, c->asked_ns);
	c->seq = look->seq;
	reply_begin(&c->reply, &c->request, since, c->seq, s, &look->facts, &c->out);
	c->state = REPLYING;
	c->made = false;
	c->since_ns = clock_ns();
}

static void begin_capture(struct connection *c, struct look *look)
{
	const char *error = NULL;
	int fd = c->passed_fd;

	c->passed_fd = -1;
	if (fd < 0) {
		connection_reject(c, "bad_request", "capture: no file descriptor came with it");
		return;
	}
	look_refresh(look, c->asked_ns);
	c->seq = look->seq;
	c->capture = capture_session_new(look, &c->request, fd, &c->user, &error);
	if (!c->capture) {
		connection_reject(c, "capture", error);
		return;
	}
	c->state = PREPARING;
	c->next_ns = AT_ONCE_NS;
}

static void prepare_capture(struct connection *c, const struct look *look)
{
	char message[REQUEST_MESSAGE_LEN];
	int err = capture_session_prepare(c->capture, look->source.tasks, clock_ns() + SLICE_NS,
					  message);

	if (err == -EAGAIN)
		return;
	if (err) {
		connection_reject(c, "capture", message);
		return;
	}
	c->state = CAPTURING;
	c->next_ns = clock_ns();
}

/* Parses the first buffered line, if it is complete. */
static void take_request(struct connection *c)
{
	char *newline = memchr(c->in, '\n', c->in_len);
	char message[REQUEST_MESSAGE_LEN];
	const char *code;
	size_t len;

	if (!newline) {
		if (c->in_len == sizeof(c->in)) {
			snprintf(message, sizeof(message), "a request has at most %d bytes",
				 PROTOCOL_MAX_REQUEST);
			connection_reject(c, "too_long", message);
		}
		return;
	}
	len = (size_t)(newline - c->in);
	code = request_parse(c->in, len, &c->request, message);
	c->in_len -= len + 1;
	memmove(c->in, newline + 1, c->in_len);
	c->partial_ns = c->in_len ? clock_ns() : 0;
	c->replies = 0;
	if (code) {
		connection_reject(c, code, message);
		return;
	}
	/*
	 * The client's own end of the connection, for one, would keep it open for ever. It may
	 * belong to a request that follows, but nobody waits for that behind a subscription.
	 */
	if (c->request.op == REQUEST_SUBSCRIBE || (c->request.op != REQUEST_CAPTURE && !c->in_len))
		drop_passed(c);
	c->asked_ns = clock_ns();
	c->next_ns = c->asked_ns;
	c->state = DUE;
}

/* Requests that arrived during the last reply have stayed in the buffer until now. */
static void await_request(struct connection *c, u64 now)
{
	c->state = WAITING;
	c->since_ns = now;
	c->partial_ns = c->in_len ? now : 0;
	take_request(c);
}

/* Whether the client wants no more: it has shut down its sending side. */
static bool wants_end(const struct connection *c)
{
	char byte;

	return !recv(c->fd, &byte, 1, MSG_DONTWAIT | MSG_PEEK);
}

static void continue_capture(struct connection *c, struct look *look)
{
	u64 now = clock_ns();
	size_t before;
	bool ended = capture_session_run(c->capture, look, wants_end(c), &c->out, now);

	c->next_ns = capture_session_due(c->capture, now);
	before = buffer_len(&c->out);
	if (buffer_send(&c->out, c->fd)) {
		end(c, "");
		return;
	}
	if (!ended || buffer_len(&c->out) != before)
		c->since_ns = now;
	if (!ended || buffer_len(&c->out))
		return;
	capture_session_free(c->capture);
	c->capture = NULL;
	await_request(c, now);
}

/*
 * Keeps the last file descriptor that came with the data and closes all others. Returns how many
 * came.
 */
static size_t take_descriptors(struct connection *c, struct msghdr *m)
{
	size_t came = 0;

	for (struct cmsghdr *h = CMSG_FIRSTHDR(m); h; h = CMSG_NXTHDR(m, h)) {
		size_t n = (h->cmsg_len - CMSG_LEN(0)) / sizeof(int);

		if (h->cmsg_level != SOL_SOCKET || h->cmsg_type != SCM_RIGHTS)
			continue;
		for (size_t i = 0; i < n; i++) {
			drop_passed(c);
			memcpy(&c->passed_fd, CMSG_DATA(h) + i * sizeof(int), sizeof(int));
		}
		came += n;
	}
	return came;
}

static ssize_t receive_some(struct connection *c, size_t *descriptors)
{
	struct iovec data = {c->in + c->in_len, sizeof(c->in) - c->in_len};
	union {
		/* The kernel would close what has no room here, on this thread. */
		char bytes[CMSG_SPACE(SCM_MAX_FD * sizeof(int))];
		struct cmsghdr align;
	} control;
	struct msghdr m = {.msg_iov = &data,
			   .msg_iovlen = 1,
			   .msg_control = &control,
			   .msg_controllen = sizeof(control)};
	ssize_t n = recvmsg(c->fd, &m, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);

	*descriptors = n >= 0 ? take_descriptors(c, &m) : 0;
	return n;
}

static void receive(struct connection *c)
{
	size_t descriptors;
	ssize_t n = receive_some(c, &descriptors);

	if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
		return;
	if (n <= 0) {
		end(c, "");
		return;
	}
	if (descriptors > 1) {
		connection_reject(c, "bad_request", "more than one file descriptor came with it");
		return;
	}
	if (!c->in_len)
		c->partial_ns = clock_ns();
	c->in_len += (size_t)n;
	take_request(c);
}

static void end_reply(struct connection *c)
{
	const struct request *r = &c->request;
	u64 now = clock_ns();

	buffer_release(&c->out);
	c->replies++;
	c->since_ns = now;
	if (r->op == REQUEST_SUBSCRIBE && (!r->count || c->replies < r->count)) {
		c->state = DUE;
		/*
		 * The interval counts from the time this reply was due; a client that reads slowly
		 * misses some replies.
		 */
		c->asked_ns += r->interval_ns;
		if (c->asked_ns <= now)
			c->asked_ns = now + r->interval_ns;
		c->next_ns = c->asked_ns;
		return;
	}
	await_request(c, now);
}

static void continue_reply(struct connection *c, struct look *look)
{
	size_t before;

	if (!c->made)
		c->made = reply_continue(&c->reply, &c->request, look->source.tasks,
					 clock_ns() + SLICE_NS, &c->out);
	before = buffer_len(&c->out);
	if (buffer_send(&c->out, c->fd)) {
		end(c, "");
		return;
	}
	if (buffer_len(&c->out) != before)
		c->since_ns = clock_ns();
	if (c->made && !buffer_len(&c->out))
		end_reply(c);
}

/* Returns whether a reply was begun and can be sent now. */
static bool begin_if_allowed(struct connection *c, struct look *look)
{
	u64 earliest_ns = look_earliest(look, c->asked_ns);

	if (clock_ns() < earliest_ns) {
		c->next_ns = earliest_ns;
		return false;
	}
	if (c->request.op == REQUEST_CAPTURE) {
		begin_capture(c, look);
		return false;
	}
	if (c->request.op == REQUEST_SET && !set(c, look))
		return false;
	begin_reply(c, look);
	return true;
}

static void leave(struct connection *c)
{
	if (buffer_send(&c->out, c->fd) || !buffer_len(&c->out))
		end(c, c->reason);
}

/* When the client's time limit expires; UINT64_MAX: never. */
static u64 patience_end_ns(const struct connection *c)
{
	u64 begin_ns = c->state == WAITING ? c->partial_ns : c->since_ns;

	/*
	 * A capture continues even if its client does not read: only the final status line has a
	 * time limit (see continue_capture()).
	 */
	if (!states[c->state].patience_s || !begin_ns ||
	    (c->state == CAPTURING && !buffer_len(&c->out)))
		return UINT64_MAX;
	return begin_ns + states[c->state].patience_s * NSEC_PER_SEC;
}

void connection_run(struct connection *c, u32 events, struct look *look)
{
	bool can_send = events & EPOLLOUT;

	if (events & (EPOLLHUP | EPOLLERR))
		end(c, "");
	else if (c->state == WAITING && events & EPOLLIN)
		receive(c);
	else if (c->state == LEAVING)
		leave(c);
	if (c->state == DUE && clock_ns() >= c->next_ns)
		can_send |= begin_if_allowed(c, look);
	if (c->state == PREPARING)
		prepare_capture(c, look);
	if (c->state == CAPTURING)
		continue_capture(c, look);
	/*
	 * Sends only when epoll reports room: a full socket may still take a byte, which would
	 * count as progress.
	 */
	if (c->state == REPLYING && can_send)
		continue_reply(c, look);
	if (clock_ns() <= patience_end_ns(c))
		return;
	if (states[c->state].timeout)
		connection_reject(c, "timeout", states[c->state].timeout);
	else
		end(c, c->reason);
}

u32 connection_events(const struct connection *c)
{
	return states[c->state].events;
}

u64 connection_due(const struct connection *c)
{
	u64 end_ns = patience_end_ns(c);

	if (states[c->state].timed)
		return c->next_ns;
	return end_ns == UINT64_MAX ? end_ns : end_ns + 1;
}

const char *connection_ended(const struct connection *c)
{
	return c->state == ENDED ? c->reason : NULL;
}

u64 connection_idle_since(const struct connection *c)
{
	return c->state == WAITING && !c->in_len ? c->since_ns : 0;
}
