/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The client's end of the control socket (doc/protocol.md). */
#ifndef TVTRACE_CLIENT_SESSION_H
#define TVTRACE_CLIENT_SESSION_H

#include <json-c/json.h>

struct session;

/* Connects. Returns an exit status; what failed was printed. */
int session_open(struct session **result, const char *path);
void session_close(struct session *s);

/*
 * Sends one request and waits for its reply. `request` is what stands after the version:
 * "\"op\":\"snapshot\",..." Returns an exit status; what failed was printed. CLIENT_OK with *reply
 * NULL: a signal came first. The reply is the caller's to put.
 */
int session_ask(struct session *s, const char *request, struct json_object **reply);

/* Such a text of an object, which is put; a new one, the caller's. */
char *session_members(struct json_object *o);

/* The two halves of it; fd is passed with the request, -1: none. */
void session_send(struct session *s, const char *request, int fd);
int session_receive(struct session *s, struct json_object **reply);

/* Says that no request will follow. */
void session_end(struct session *s);

#endif
