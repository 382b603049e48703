/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the two full-screen programs want of ncurses. */
#ifndef TVTRACED_COMMON_TERMINAL_H
#define TVTRACED_COMMON_TERMINAL_H

#include <ncurses.h>
#include <stdbool.h>
#include <stdio.h>

/* Color pairs, where terminal_open() says that there are colors. */
enum { PAIR_THREAD = 1, PAIR_PROCESS, PAIR_WARNING };

/* Whether $TERM names a terminal on which a cursor can be moved. */
bool terminal_is_drivable(void);

/*
 * Sets ncurses up for a terminal of the type that $TERM says, drawing to `out` and reading from
 * `in`, with the cursor hidden. NULL: such a terminal cannot be driven. *colors: whether it has
 * some, and they are wanted (NO_COLOR).
 */
SCREEN *terminal_open(FILE *out, FILE *in, bool *colors);

#endif
