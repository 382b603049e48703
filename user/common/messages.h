/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * While the terminal is taken, what is written to standard error would be strewn over the view,
 * by whatever thread or library writes it. It goes to a file in memory instead, and from there to
 * the last line of the screen, and to standard error when the terminal is free again.
 */
#ifndef TVTRACED_COMMON_MESSAGES_H
#define TVTRACED_COMMON_MESSAGES_H

#include <stdbool.h>

/* Where standard error is a terminal; from now on it is a file in memory. */
void messages_hold(void);

/* Gives standard error back, and what was said meanwhile to it. */
void messages_release(void);

bool messages_held(void);

#endif
