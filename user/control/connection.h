/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * One client of the control socket. A connection takes requests and sends replies; it never blocks
 * on its client and buffers only a bounded amount for it.
 */
#ifndef TVTRACED_CONTROL_CONNECTION_H
#define TVTRACED_CONTROL_CONNECTION_H

#include "control/look.h"

struct connection;

/* Takes ownership of a connected non-blocking socket. */
struct connection *connection_new(int fd);
void connection_free(struct connection *c);

int connection_fd(const struct connection *c);

/* The user that the client was when it connected. */
u32 connection_uid(const struct connection *c);

/*
 * Whether it waits while the process that connected has ended: somebody else may hold the other end
 * open, or it is itself on its way through it.
 */
bool connection_is_left(const struct connection *c);

/* The events of EPOLLIN and EPOLLOUT to poll for now; epoll always reports a hang-up. */
u32 connection_events(const struct connection *c);

/*
 * Does what can be done now, for about a millisecond. events: what epoll has reported, or 0 when
 * the time that connection_due() returned has come.
 */
void connection_run(struct connection *c, u32 events, struct look *look);

/* When connection_run must be called even if nothing happens, CLOCK_MONOTONIC. */
u64 connection_due(const struct connection *c);

/*
 * Returns why the connection has ended ("" when the client has disconnected), or NULL when it has
 * not.
 */
const char *connection_ended(const struct connection *c);

/* Since when the connection has waited for a request; 0: it is busy. */
u64 connection_idle_since(const struct connection *c);

/*
 * Sends an error of doc/protocol.md, as far as the socket takes it at once, and ends the
 * connection.
 */
void connection_reject(struct connection *c, const char *code, const char *message);

/* Sends such an error on a socket that never became a connection, and closes the socket. */
void connection_refuse(int fd, const char *code, const char *message);

#endif
