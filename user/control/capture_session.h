/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One capture's conversation on the control socket, from the request to the final status line. */
#ifndef TVTRACED_CONTROL_CAPTURE_SESSION_H
#define TVTRACED_CONTROL_CAPTURE_SESSION_H

#include <stdbool.h>

#include "capture/capture.h"
#include "control/buffer.h"
#include "control/look.h"
#include "control/request.h"

struct capture_session;

/*
 * Starts a capture into fd and takes ownership of fd; the look must have been refreshed for the
 * request. Returns NULL on failure: *error then says why, and fd is closed.
 */
struct capture_session *capture_session_new(const struct look *look, const struct request *r,
					    int fd, const struct capture_owner *owner,
					    const char **error);

/* Releases the session; a capture that has not finished is finished. NULL is ignored. */
void capture_session_free(struct capture_session *s);

/*
 * Call this before capture_session_run(), and again as long as it returns -EAGAIN: see
 * capture_prepare(). After any other error, which `message` explains, only capture_session_free()
 * may be called.
 */
int capture_session_prepare(struct capture_session *s, const struct task_table *tasks, u64 until_ns,
			    char message[REQUEST_MESSAGE_LEN]);

/*
 * Advances the capture at now_ns. left: the client has asked to end the capture early. When `out`
 * is empty, a status line is added to it. Returns whether the final line has been added.
 */
bool capture_session_run(struct capture_session *s, struct look *look, bool left,
			 struct buffer *out, u64 now_ns);

/* The time of the next capture_session_run(), CLOCK_MONOTONIC. */
u64 capture_session_due(const struct capture_session *s, u64 now_ns);

/* Ends the recording early, for the given reason. */
void capture_session_finish(struct capture_session *s, const char *reason);

#endif
