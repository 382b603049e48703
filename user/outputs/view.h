/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The block that people read: live on a terminal, or one after the other in plain text. */
#ifndef TVTRACED_OUTPUTS_VIEW_H
#define TVTRACED_OUTPUTS_VIEW_H

#include <stdio.h>

#include "collect/publication.h"
#include "outputs/canvas.h"
#include "outputs/view_groups.h"

/*
 * Draws p: rates and costs of its interval, or of the whole run when it is the final one. Where
 * the canvas has a height, everything is fitted into it.
 */
void view_draw(struct canvas *c, const struct publication *p, const struct top_groups *top);

/* Prints the block in plain text, 80 columns, and flushes. Returns 0 or -errno. */
int view_print(FILE *out, const struct publication *p);

#endif
