/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The control socket: answers what clients ask (doc/protocol.md), inside the event loop. */
#ifndef TVTRACED_CONTROL_CONTROL_H
#define TVTRACED_CONTROL_CONTROL_H

#include <stdbool.h>

#include "control/look.h"

struct control;

/*
 * Listens at a path. Returns an exit status; an error has been printed. optional: if the socket
 * cannot be made for lack of permission or of its directory, this prints a warning, sets *result to
 * NULL and returns STATUS_OK.
 */
int control_open(struct control **result, const char *path, bool optional,
		 const struct control_source *source);

/* Tells connected clients that the daemon stops, closes them and removes the socket. */
void control_close(struct control *c);

/* This file descriptor is readable when control_run() has something to do. */
int control_fd(const struct control *c);

/* Serves clients that are ready or due, for about two milliseconds at most. */
void control_run(struct control *c);

/*
 * Call this at each publication and about once a second: it samples the totals for the `recent`
 * part. c may be NULL.
 */
void control_note(struct control *c, u64 now_ns, const struct accounting *now);

/*
 * Records how long the ring buffers waited while the event loop was busy; only the maximum is kept.
 * c may be NULL.
 */
void control_note_pause(struct control *c, u64 ns);

#endif
