/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The control socket: answers what clients ask (doc/protocol.md), inside the event loop. */
#ifndef TVTRACED_CONTROL_CONTROL_H
#define TVTRACED_CONTROL_CONTROL_H

#include <stdbool.h>

#include "control/look.h"

struct control;

/*
 * Listens at a path. Returns an exit status; what failed was printed. optional: where nothing can
 * be made at that path for want of rights, that is printed, too, and *result is NULL.
 */
int control_open(struct control **result, const char *path, bool optional,
		 const struct control_source *source);

/* Says goodbye to who still listens, and removes the socket. */
void control_close(struct control *c);

/* Readable when there is something to do. */
int control_fd(const struct control *c);

/* Does it, for some two milliseconds at most. */
void control_run(struct control *c);

/* To be called at each publication: for what is said of the last minute. */
void control_note(struct control *c, u64 now_ns, const struct accounting *now);

/* How long the event loop was busy with one thing. */
void control_note_pause(struct control *c, u64 ns);

#endif
