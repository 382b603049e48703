/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * While the full-screen view has the terminal, anything that a thread or library writes to standard
 * error would be strewn over the view. It goes to a file in memory instead, from which the view
 * shows it on the last line of the screen; it goes to standard error when the terminal is free
 * again.
 */
#ifndef TVTRACED_COMMON_MESSAGES_H
#define TVTRACED_COMMON_MESSAGES_H

#include <stdbool.h>

/* Redirects standard error to a file in memory, if it is a terminal. */
void messages_hold(void);

/* Restores standard error, and writes the messages held meanwhile to it. */
void messages_release(void);

bool messages_held(void);

#endif
