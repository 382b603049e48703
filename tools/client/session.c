// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "client/session.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "client/command.h"
#include "client/interrupt.h"
#include "common/alloc.h"
#include "common/error.h"
#include "common/text.h"
#include "protocol.h"

enum {
	/* A daemon lists at most 200,000 threads and 50,000 groups: less than half of this. */
	MAX_REPLY = 256 << 20,
	CHUNK = 256 << 10,
	PATIENCE_MS = 10000,
	MESSAGE_LEN = 256,
};

struct session {
	int fd;
	char *path;
	char *data; /* the reply so far, and bytes received after it */
	size_t len, room;
	size_t line;	/* length of the reply, with its newline; 0: the reply is incomplete */
	bool finishing; /* session_end() was called: signals are ignored from then on */
};

static int fail_connect(const char *path, int err)
{
	if (err == ENOENT || err == ECONNREFUSED)
		return fail(CLIENT_NO_DAEMON,
			    "no tvtraced answers at %s; start it (sudo tvtraced), or give --socket "
			    "its path",
			    path);
	if (err == EACCES || err == EPERM)
		return fail(
			CLIENT_NO_DAEMON,
			"may not connect to %s; only root and members of the group " PROTOCOL_GROUP
			" may",
			path);
	if (err == EAGAIN)
		return fail(CLIENT_NO_DAEMON, "the tvtraced at %s does not answer", path);
	return fail(CLIENT_NO_DAEMON, "cannot connect to %s: %s", path, strerror(err));
}

int session_open(struct session **result, const char *path)
{
	static const struct timeval patience = {.tv_sec = PATIENCE_MS / 1000};
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct session *s = xcalloc(1, sizeof(*s));

	*result = s;
	s->path = xstrdup(path);
	s->fd = -1;
	if (!*path || strlen(path) >= sizeof(address.sun_path))
		return fail(CLIENT_USAGE, "--socket: '%s' is no path of a socket (1 to %zu bytes)",
			    path, sizeof(address.sun_path) - 1);
	strcpy(address.sun_path, path);
	s->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	/* Limits connect(), which blocks if a daemon that no longer accepts has a full backlog. */
	setsockopt(s->fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	if (s->fd < 0 || connect(s->fd, (const struct sockaddr *)&address, sizeof(address)))
		return fail_connect(path, errno);
	return CLIENT_OK;
}

void session_close(struct session *s)
{
	if (!s)
		return;
	if (s->fd >= 0)
		close(s->fd);
	free(s->path);
	free(s->data);
	free(s);
}

static int fail_gone(const struct session *s)
{
	return fail(CLIENT_NO_DAEMON, "the tvtraced at %s has ended in the middle of it", s->path);
}

/* Strips the braces from the object's text. */
char *session_members(struct json_object *o)
{
	const char *text = json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN);
	char *members = xstrdup(text + 1);

	members[strlen(members) - 1] = '\0';
	json_object_put(o);
	return members;
}

void session_send(struct session *s, const char *request, int fd)
{
	char line[PROTOCOL_MAX_REQUEST];
	int len = snprintf(line, sizeof(line), "{\"version\":%d,%s}\n", PROTOCOL_VERSION, request);
	/* A request that is too long is sent truncated, and the daemon answers with an error. */
	struct iovec data = {line, (size_t)len < sizeof(line) ? (size_t)len : sizeof(line)};
	union {
		char bytes[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control = {0};
	struct msghdr m = {.msg_iov = &data, .msg_iovlen = 1};

	if (fd >= 0) {
		m.msg_control = &control;
		m.msg_controllen = sizeof(control);
		*CMSG_FIRSTHDR(&m) = (struct cmsghdr){.cmsg_len = CMSG_LEN(sizeof(int)),
						      .cmsg_level = SOL_SOCKET,
						      .cmsg_type = SCM_RIGHTS};
		memcpy(CMSG_DATA(CMSG_FIRSTHDR(&m)), &fd, sizeof(int));
	}
	if (sendmsg(s->fd, &m, MSG_NOSIGNAL) < 0)
		return;
}

void session_end(struct session *s)
{
	shutdown(s->fd, SHUT_WR);
	s->finishing = true;
}

static bool find_line(struct session *s, size_t from)
{
	const char *newline = from < s->len ? memchr(s->data + from, '\n', s->len - from) : NULL;

	s->line = newline ? (size_t)(newline - s->data) + 1 : 0;
	return s->line;
}

/*
 * Reads until a line is complete. Returns an exit status, which is CLIENT_OK also after a signal.
 */
static int read_line(struct session *s)
{
	struct pollfd p = {.fd = s->fd, .events = POLLIN};
	ssize_t n;
	int ready;

	if (s->line) {
		s->len -= s->line;
		memmove(s->data, s->data + s->line, s->len);
	}
	s->line = 0;
	for (size_t from = 0; !find_line(s, from);) {
		if (s->len > MAX_REPLY)
			return fail(CLIENT_FAILED, "the reply of %s is longer than %d MiB", s->path,
				    MAX_REPLY >> 20);
		if (s->room - s->len < CHUNK) {
			s->room += s->room + 2 * CHUNK;
			s->data = xrealloc(s->data, s->room, 1);
		}
		ready = poll(&p, 1, PATIENCE_MS);
		if (interrupted() && !s->finishing)
			return CLIENT_OK;
		if (ready < 0 && errno == EINTR)
			continue;
		if (!ready)
			return fail(CLIENT_NO_DAEMON, "the tvtraced at %s does not answer",
				    s->path);
		n = recv(s->fd, s->data + s->len, s->room - s->len - 1, 0);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return fail_gone(s);
		from = s->len;
		s->len += (size_t)n;
	}
	s->data[s->line - 1] = '\0';
	return CLIENT_OK;
}

static int fail_error(struct json_object *error)
{
	struct json_object *code = NULL, *message = NULL;
	char escaped[MESSAGE_LEN];
	const char *text;

	json_object_object_get_ex(error, "code", &code);
	json_object_object_get_ex(error, "message", &message);
	text = message ? json_object_get_string(message) : "no message";
	name_escape(escaped, sizeof(escaped), text, strlen(text));
	if (code && !strcmp(json_object_get_string(code), "stopping"))
		return fail(CLIENT_NO_DAEMON, "%s", escaped);
	if (code && !strcmp(json_object_get_string(code), "set"))
		return fail(CLIENT_FAILED, "tvtraced did not change anything: %s", escaped);
	return fail(CLIENT_FAILED, "tvtraced does not answer: %s", escaped);
}

/* Receives a reply; whether it is an error is left to the caller. */
static int receive(struct session *s, struct json_object **reply)
{
	struct json_object *version;
	int status;

	*reply = NULL;
	status = read_line(s);
	if (status || !s->line)
		return status;
	*reply = json_tokener_parse(s->data);
	if (!json_object_is_type(*reply, json_type_object) ||
	    !json_object_object_get_ex(*reply, "version", &version) ||
	    json_object_get_int(version) != PROTOCOL_VERSION)
		status = fail(CLIENT_FAILED,
			      "what answers at %s is no tvtraced that this tvtrace knows", s->path);
	if (status) {
		json_object_put(*reply);
		*reply = NULL;
	}
	return status;
}

int session_receive(struct session *s, struct json_object **reply)
{
	struct json_object *error;
	int status = receive(s, reply);

	if (status || !*reply || !json_object_object_get_ex(*reply, "error", &error))
		return status;
	status = fail_error(error);
	json_object_put(*reply);
	*reply = NULL;
	return status;
}

int session_ask(struct session *s, const char *request, struct json_object **reply)
{
	session_send(s, request, -1);
	return session_receive(s, reply);
}
