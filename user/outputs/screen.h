/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The live view: the block of view.h, redrawn in place on the terminal at standard input and
 * output. What is drawn goes to the terminal through a stream, so that a terminal that is stopped,
 * slow or gone never holds up its caller.
 */
#ifndef TVTRACED_OUTPUTS_SCREEN_H
#define TVTRACED_OUTPUTS_SCREEN_H

#include <stdbool.h>

#include "collect/publication.h"
#include "outputs/stream.h"

struct live_screen;

/*
 * Takes over the terminal; `stream`, to standard output, stays the caller's. Returns 0, or -ENOTTY
 * when it cannot be driven ($TERM), or is another job's. Signals are left to the caller, who must
 * have blocked SIGWINCH and SIGTSTP.
 */
int screen_open(struct live_screen **out, struct stream *stream);

/* Does nothing while the terminal has not yet taken what was drawn before, or is given back. */
void screen_draw(struct live_screen *s, const struct publication *p);

/* Takes on the terminal's present size. */
void screen_resize(struct live_screen *s);

enum screen_keys {
	SCREEN_NO_KEY, /* none that means anything */
	SCREEN_QUIT,
	SCREEN_GONE, /* the terminal has been hung up: there will be no key any more */
};

/* Reads the keys that were pressed, some at a time, without waiting. */
enum screen_keys screen_keys(struct live_screen *s);

/* Whether it is not given back. */
bool screen_has_terminal(const struct live_screen *s);

/* The terminal is given back, for the time that this process is stopped. */
void screen_suspend(struct live_screen *s);

/* It is taken again, if this process is in the foreground; returns whether. */
bool screen_resume(struct live_screen *s);

/* Leaves the terminal as it was. NULL is ignored. */
void screen_close(struct live_screen *s);

#endif
