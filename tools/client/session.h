/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The client's end of the control socket (doc/protocol.md). */
#ifndef TVTRACE_CLIENT_SESSION_H
#define TVTRACE_CLIENT_SESSION_H

#include <json-c/json.h>

struct session;

/*
 * Connects to the daemon. Returns an exit status, after a message if it is not CLIENT_OK. *result
 * is to be closed in any case.
 */
int session_open(struct session **result, const char *path);
void session_close(struct session *s);

/*
 * Sends one request and waits for its reply. `request` has the members that follow the version:
 * "\"op\":\"snapshot\",..." Returns an exit status, after a message if it is not CLIENT_OK.
 * CLIENT_OK with a *reply of NULL means that a signal came first. The caller must put the reply.
 */
int session_ask(struct session *s, const char *request, struct json_object **reply);

/*
 * Converts an object to such a text of members. Drops the reference to the object; the caller must
 * free the text.
 */
char *session_members(struct json_object *o);

/* The two halves of session_ask(). fd is passed along with the request; -1: none. */
void session_send(struct session *s, const char *request, int fd);
int session_receive(struct session *s, struct json_object **reply);

/* Tells the daemon that no request will follow, which ends a running capture. */
void session_end(struct session *s);

#endif
