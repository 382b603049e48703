// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "control/connection.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <json-c/json.h>

#include "common/alloc.h"
#include "common/clock.h"
#include "control/buffer.h"
#include "protocol.h"

static const u64 second = 1000000000;

enum {
	REQUEST_PATIENCE_S = 5, /* from the first byte to the last */
	REPLY_PATIENCE_S = 10,	/* without a byte taken */
	GOODBYE_PATIENCE_S = 1,
	CAPTURE_PERIOD_MS = 200, /* between two lines of progress */
	SLICE_NS = 1000000,
};

enum state {
	WAITING, /* for a request */
	REPLYING,
	DUE,	   /* a reply will be made when its time has come */
	PREPARING, /* a capture */
	CAPTURING,
	LEAVING, /* once what is buffered has been sent */
	ENDED,
};

struct connection {
	int fd;
	enum state state;
	const char *reason;
	u64 since_ns;	/* WAITING, LEAVING: of the state; REPLYING: of the last byte sent */
	u64 partial_ns; /* first byte of a request that is not complete; 0: none */
	u64 asked_ns;	/* DUE: what the reply is to know of */
	u64 next_ns;	/* DUE: when the reply is made */
	int passed_fd;	/* that came with a request; -1: none */
	struct capture *capture;
	bool told_end; /* the capture's last line is buffered, or sent */
	struct request request;
	struct reply reply;
	bool made; /* the reply is complete, and in the buffer */
	u64 seq;   /* of the last reply */
	u64 replies;
	struct buffer out;
	size_t in_len;
	char in[PROTOCOL_MAX_REQUEST];
};

struct connection *connection_new(int fd)
{
	struct connection *c = xcalloc(1, sizeof(*c));

	c->fd = fd;
	c->passed_fd = -1;
	c->since_ns = clock_ns();
	return c;
}

void connection_free(struct connection *c)
{
	capture_free(c->capture);
	if (c->passed_fd >= 0)
		close(c->passed_fd);
	close(c->fd);
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

/* One line, made by json-c because of what the message may hold. */
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
	/* In the middle of a reply an error would only spoil it. */
	if (c->state == REPLYING) {
		end(c, code);
		return;
	}
	if (c->capture)
		capture_finish(c->capture, message);
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
	close(fd);
}

static void begin_reply(struct connection *c, const struct connection_source *source)
{
	u64 since = c->request.has_since ? c->request.since : 0;
	const struct publication *p;

	if (c->request.has_since && c->replies)
		since = c->seq;
	p = source->refresh(source->ctx, c->asked_ns, &c->seq);
	reply_begin(&c->reply, &c->request, since, c->seq, p, source->facts, &c->out);
	c->state = REPLYING;
	c->made = false;
	c->since_ns = clock_ns();
}

static void begin_capture(struct connection *c, const struct connection_source *source)
{
	const char *error = NULL;
	int fd = c->passed_fd;

	c->passed_fd = -1;
	if (fd < 0) {
		connection_reject(c, "bad_request", "capture: no file descriptor came with it");
		return;
	}
	source->refresh(source->ctx, c->asked_ns, &c->seq);
	c->capture = source->capture(source->ctx, &c->request, fd, &error);
	if (!c->capture) {
		connection_reject(c, "capture", error);
		return;
	}
	c->state = PREPARING;
}

static void prepare_capture(struct connection *c, const struct connection_source *source)
{
	char message[REQUEST_MESSAGE_LEN];
	int err = capture_prepare(c->capture, source->tasks, clock_ns() + SLICE_NS);

	if (err == -EAGAIN)
		return;
	if (err == -ENOENT) {
		connection_reject(c, "capture", "application: there is none of that name now");
	} else if (err) {
		snprintf(message, sizeof(message), "no thread to write with: %s", strerror(-err));
		connection_reject(c, "capture", message);
	} else {
		c->state = CAPTURING;
		c->next_ns = clock_ns();
	}
}

/* The first line that has come, if one is complete. */
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
	c->asked_ns = clock_ns();
	c->next_ns = c->asked_ns;
	c->state = DUE;
}

/* What came behind the last request has waited until now. */
static void await_request(struct connection *c, u64 now)
{
	c->state = WAITING;
	c->since_ns = now;
	c->partial_ns = c->in_len ? now : 0;
	take_request(c);
}

/* One line of how far it is. */
static void add_progress(struct connection *c, const struct capture_status *s)
{
	struct json_object *o = json_object_new_object(), *p = json_object_new_object();
	const char *state = !s->done ? "runs" : s->err ? "failed" : "done";

	json_object_object_add(o, "version", json_object_new_int(PROTOCOL_VERSION));
	json_object_object_add(p, "state", json_object_new_string(state));
	json_object_object_add(p, "switches", json_object_new_uint64(s->progress.switches));
	json_object_object_add(p, "lost", json_object_new_uint64(s->progress.lost));
	json_object_object_add(p, "bytes", json_object_new_uint64(s->progress.bytes));
	json_object_object_add(p, "begin_ns", json_object_new_uint64(s->begin_ns));
	json_object_object_add(p, "last_ns", json_object_new_uint64(s->progress.last_ns));
	if (s->done && s->err)
		json_object_object_add(
			p, "message",
			json_object_new_string(s->err == -ENOBUFS ? "its reader takes too little"
								  : strerror(-s->err)));
	json_object_object_add(o, "capture", p);
	buffer_add_text(&c->out, json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN));
	buffer_add_text(&c->out, "\n");
	json_object_put(o);
}

/* Whether the client wants no more: it has closed its half. */
static bool wants_end(const struct connection *c)
{
	char byte;

	return !recv(c->fd, &byte, 1, MSG_DONTWAIT | MSG_PEEK);
}

static void continue_capture(struct connection *c, const struct connection_source *source)
{
	struct capture_status s = capture_status(c->capture);
	u64 now = clock_ns();
	size_t before;

	capture_pulse(c->capture, now);
	if (!s.finishing && (s.err || now >= capture_end_ns(c->capture) || wants_end(c))) {
		source->refresh(source->ctx, now, &c->seq);
		capture_finish(c->capture, now >= capture_end_ns(c->capture) ? NULL
					   : s.err == -ENOBUFS ? "its reader takes too little"
							       : "ended by the client");
	}
	c->next_ns = now + CAPTURE_PERIOD_MS * (u64)1000000;
	if (!s.finishing && capture_end_ns(c->capture) < c->next_ns)
		c->next_ns = capture_end_ns(c->capture);
	/* Who does not read gets no more lines, and the file all the same. */
	if (!buffer_len(&c->out) && !c->told_end) {
		add_progress(c, &s);
		c->told_end = s.done;
	}
	before = buffer_len(&c->out);
	if (buffer_send(&c->out, c->fd)) {
		end(c, "");
		return;
	}
	if (!s.done || buffer_len(&c->out) != before)
		c->since_ns = now;
	if (!c->told_end || buffer_len(&c->out))
		return;
	c->told_end = false;
	capture_free(c->capture);
	c->capture = NULL;
	await_request(c, now);
}

/* Keeps the last descriptor that came with the data, and closes all others. */
static void take_descriptors(struct connection *c, struct msghdr *m)
{
	for (struct cmsghdr *h = CMSG_FIRSTHDR(m); h; h = CMSG_NXTHDR(m, h)) {
		size_t n = (h->cmsg_len - CMSG_LEN(0)) / sizeof(int);

		if (h->cmsg_level != SOL_SOCKET || h->cmsg_type != SCM_RIGHTS)
			continue;
		for (size_t i = 0; i < n; i++) {
			if (c->passed_fd >= 0)
				close(c->passed_fd);
			memcpy(&c->passed_fd, CMSG_DATA(h) + i * sizeof(int), sizeof(int));
		}
	}
}

static ssize_t receive_some(struct connection *c)
{
	struct iovec data = {c->in + c->in_len, sizeof(c->in) - c->in_len};
	union {
		char bytes[CMSG_SPACE(4 * sizeof(int))];
		struct cmsghdr align;
	} control;
	struct msghdr m = {.msg_iov = &data,
			   .msg_iovlen = 1,
			   .msg_control = &control,
			   .msg_controllen = sizeof(control)};
	ssize_t n = recvmsg(c->fd, &m, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);

	if (n >= 0)
		take_descriptors(c, &m);
	return n;
}

static void receive(struct connection *c)
{
	ssize_t n = receive_some(c);

	if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
		return;
	if (n <= 0) {
		end(c, "");
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
		/* In step; whoever reads slowly misses some. */
		c->asked_ns += r->interval_ns;
		if (c->asked_ns <= now)
			c->asked_ns = now + r->interval_ns;
		c->next_ns = c->asked_ns;
		return;
	}
	await_request(c, now);
}

static void continue_reply(struct connection *c, const struct connection_source *source)
{
	size_t before;

	if (!c->made)
		c->made = reply_continue(&c->reply, &c->request, source->tasks,
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

/* Returns whether there is something to send now. */
static bool begin_if_allowed(struct connection *c, const struct connection_source *source)
{
	u64 earliest_ns = source->earliest(source->ctx, c->asked_ns);

	if (clock_ns() < earliest_ns) {
		c->next_ns = earliest_ns;
		return false;
	}
	if (c->request.op == REQUEST_CAPTURE) {
		begin_capture(c, source);
		return false;
	}
	begin_reply(c, source);
	return true;
}

static void leave(struct connection *c)
{
	if (buffer_send(&c->out, c->fd) || !buffer_len(&c->out))
		end(c, c->reason);
}

/* Whether the time is over that the client has. */
static bool overdue(const struct connection *c, u64 now)
{
	switch (c->state) {
	case WAITING:
		return c->partial_ns && now - c->partial_ns > REQUEST_PATIENCE_S * second;
	case REPLYING:
		return now - c->since_ns > REPLY_PATIENCE_S * second;
	case CAPTURING: /* which has come to its end, but its last line does not go */
		return buffer_len(&c->out) && now - c->since_ns > REPLY_PATIENCE_S * second;
	case LEAVING:
		return now - c->since_ns > GOODBYE_PATIENCE_S * second;
	default:
		return false;
	}
}

void connection_run(struct connection *c, u32 events, const struct connection_source *source)
{
	bool can_send = events & EPOLLOUT;

	if (events & (EPOLLHUP | EPOLLERR))
		end(c, "");
	else if (c->state == WAITING && events & EPOLLIN)
		receive(c);
	else if (c->state == LEAVING)
		leave(c);
	if (c->state == DUE && clock_ns() >= c->next_ns)
		can_send |= begin_if_allowed(c, source);
	if (c->state == PREPARING)
		prepare_capture(c, source);
	if (c->state == CAPTURING)
		continue_capture(c, source);
	/* Where the socket says that it is full, a byte more may fit, which would be no progress.
	 */
	if (c->state == REPLYING && can_send)
		continue_reply(c, source);
	if (!overdue(c, clock_ns()))
		return;
	if (c->state == LEAVING)
		end(c, c->reason);
	else
		connection_reject(c, "timeout",
				  c->state == WAITING ? "the request did not come to its end in 5 s"
						      : "the reply was not read for 10 s");
}

u32 connection_events(const struct connection *c)
{
	switch (c->state) {
	case WAITING:
		return EPOLLIN;
	case REPLYING:
	case LEAVING:
		return EPOLLOUT;
	default:
		return 0;
	}
}

u64 connection_due(const struct connection *c)
{
	switch (c->state) {
	case WAITING:
		return c->partial_ns ? c->partial_ns + (REQUEST_PATIENCE_S * second + 1)
				     : UINT64_MAX;
	case REPLYING:
		return c->since_ns + (REPLY_PATIENCE_S * second + 1);
	case PREPARING:
		return 1; /* at once; 0 would be no time */
	case DUE:
	case CAPTURING:
		return c->next_ns;
	case LEAVING:
		return c->since_ns + (GOODBYE_PATIENCE_S * second + 1);
	default:
		return UINT64_MAX;
	}
}

const char *connection_ended(const struct connection *c)
{
	return c->state == ENDED ? c->reason : NULL;
}

u64 connection_idle_since(const struct connection *c)
{
	return c->state == WAITING && !c->in_len ? c->since_ns : 0;
}
