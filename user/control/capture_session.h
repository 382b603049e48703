/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What is said about one capture on the control socket: from its request to its last line. */
#ifndef TVTRACED_CONTROL_CAPTURE_SESSION_H
#define TVTRACED_CONTROL_CAPTURE_SESSION_H

#include <stdbool.h>

#include "control/buffer.h"
#include "control/look.h"
#include "control/request.h"

struct capture_session;

/*
 * A capture into fd, which it takes over; the look must have been refreshed for it. NULL: *error
 * says why not, and fd is closed.
 */
struct capture_session *capture_session_new(const struct look *look, const struct request *r,
					    int fd, const char **error);

/* A capture that has not come to its end does so. NULL is ignored. */
void capture_session_free(struct capture_session *s);

/*
 * To be called until it does not return -EAGAIN, before all else: see capture_prepare. After
 * another error, which `message` explains, only capture_session_free is left to be called.
 */
int capture_session_prepare(struct capture_session *s, const struct task_table *tasks, u64 until_ns,
			    char message[REQUEST_MESSAGE_LEN]);

/*
 * Goes on at now_ns. left: the client wants no more. Where `out` is empty, a line of progress is
 * added to it. Returns whether the last line has been.
 */
bool capture_session_run(struct capture_session *s, struct look *look, bool left,
			 struct buffer *out, u64 now_ns);

/* When to go on next, CLOCK_MONOTONIC. */
u64 capture_session_due(const struct capture_session *s, u64 now_ns);

/* It ends early. */
void capture_session_finish(struct capture_session *s, const char *reason);

#endif
