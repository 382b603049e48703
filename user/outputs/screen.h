/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The live view: the block of view.h, redrawn in place on the terminal at standard input and
 * output. Drawing goes through a stream, so that a stopped, slow or hung-up terminal never blocks
 * the caller.
 */
#ifndef TVTRACED_OUTPUTS_SCREEN_H
#define TVTRACED_OUTPUTS_SCREEN_H

#include <stdbool.h>

#include "collect/publication.h"
#include "outputs/stream.h"

struct live_screen;

/*
 * Takes over the terminal. `stream` goes to standard output and stays the caller's. Returns 0,
 * -ENOTTY when the terminal cannot be driven (see $TERM) or we are in the background, or another
 * -errno. The caller handles signals and must have blocked SIGWINCH and SIGTSTP.
 */
int screen_open(struct live_screen **out, struct stream *stream);

/* Draws p, unless the terminal has not yet taken the last drawing or has been given back. */
void screen_draw(struct live_screen *s, const struct publication *p);

/* Adopts the terminal's present size. */
void screen_resize(struct live_screen *s);

enum screen_keys {
	SCREEN_NO_KEY, /* no key that has a meaning */
	SCREEN_QUIT,
	SCREEN_GONE, /* the terminal has been hung up: no more keys will come */
};

/* Reads a bounded number of pressed keys, without blocking. */
enum screen_keys screen_keys(struct live_screen *s);

/* Whether the live view has the terminal, that is, has not given it back. */
bool screen_has_terminal(const struct live_screen *s);

/* Gives the terminal back, while this process is stopped or in the background. */
void screen_suspend(struct live_screen *s);

/* Takes the terminal again if this process is in the foreground; returns whether it did. */
bool screen_resume(struct live_screen *s);

/* Gives the terminal back as it was before, and frees s. NULL is ignored. */
void screen_close(struct live_screen *s);

#endif
