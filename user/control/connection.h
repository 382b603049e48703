/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * One client of the control socket: takes its requests, sends its replies, and never waits for
 * it nor holds more than a bounded amount for it.
 */
#ifndef TVTRACED_CONTROL_CONNECTION_H
#define TVTRACED_CONTROL_CONNECTION_H

#include "control/look.h"

struct connection;

/* Takes over a connected non-blocking socket. */
struct connection *connection_new(int fd);
void connection_free(struct connection *c);

int connection_fd(const struct connection *c);

/* EPOLLIN and EPOLLOUT as far as they are of interest now; a hang-up always is. */
u32 connection_events(const struct connection *c);

/*
 * Does what can be done now, about a millisecond of it: epoll has reported `events`, or a time that
 * connection_due named has come (0).
 */
void connection_run(struct connection *c, u32 events, struct look *look);

/* When connection_run must be called even if nothing happens, CLOCK_MONOTONIC. */
u64 connection_due(const struct connection *c);

/* Whether it has come to its end, and why: "" when the client has gone. NULL: it has not. */
const char *connection_ended(const struct connection *c);

/* Since when it has had nothing to do; 0: it has. */
u64 connection_idle_since(const struct connection *c);

/* Says goodbye with an error of doc/protocol.md, as far as the socket takes it at once. */
void connection_reject(struct connection *c, const char *code, const char *message);

/* The same on a socket that never became a connection; closes it. */
void connection_refuse(int fd, const char *code, const char *message);

#endif
