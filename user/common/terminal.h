/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the two full-screen programs need from ncurses. */
#ifndef TVTRACED_COMMON_TERMINAL_H
#define TVTRACED_COMMON_TERMINAL_H

#include <ncurses.h>
#include <stdbool.h>
#include <stdio.h>

/* The color pairs, which exist when terminal_open() says that there are colors. */
enum { PAIR_THREAD = 1, PAIR_PROCESS, PAIR_WARNING };

/* Returns whether $TERM names a terminal on which a cursor can be moved. */
bool terminal_is_drivable(void);

/*
 * Sets up ncurses for a terminal of the type that $TERM names, drawing to `out` and reading from
 * `in`, with the cursor hidden. Returns NULL when such a terminal cannot be driven. Sets *colors to
 * whether the terminal has colors and the user wants them (NO_COLOR).
 */
SCREEN *terminal_open(FILE *out, FILE *in, bool *colors);

#endif
