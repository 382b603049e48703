/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The live view: the block of view.h, redrawn in place on a terminal. */
#ifndef TVTRACED_SCREEN_H
#define TVTRACED_SCREEN_H

#include <stdbool.h>

#include "publication.h"

struct screen;

/*
 * Takes over the terminal. Returns 0, or -ENOTTY when it cannot be driven (TERM unset or dumb).
 * Signals are left to the caller, who must have blocked SIGWINCH.
 */
int screen_open(struct screen **out);

void screen_draw(struct screen *s, const struct publication *p);

/* Takes on the terminal's present size. */
void screen_resize(struct screen *s);

/* Reads the keys that were pressed, without waiting; whether one of them was q. */
bool screen_wants_quit(struct screen *s);

/* Leaves the terminal as it was. NULL is ignored. */
void screen_close(struct screen *s);

#endif
