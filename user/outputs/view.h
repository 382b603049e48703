/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The block for people to read: live on a terminal, or as successive blocks of plain text. */
#ifndef TVTRACED_OUTPUTS_VIEW_H
#define TVTRACED_OUTPUTS_VIEW_H

#include <stdio.h>

#include "collect/publication.h"
#include "outputs/canvas.h"
#include "outputs/view_groups.h"

/*
 * Draws p: rates and costs of its interval or, for the final publication, of the whole run. On a
 * canvas with a height, the block is fitted into it.
 */
void view_draw(struct canvas *c, const struct publication *p, const struct top_groups *top);

/* Prints the block in plain text, 80 columns, and flushes. Returns 0 or -errno. */
int view_print(FILE *out, const struct publication *p);

#endif
