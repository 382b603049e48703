/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* SIGINT, SIGTERM and SIGHUP end a repeating command, with an exit status of 0. */
#ifndef TVTRACE_CLIENT_INTERRUPT_H
#define TVTRACE_CLIENT_INTERRUPT_H

#include <stdbool.h>

void interrupt_catch(void);

/* Whether one of these signals has come. */
bool interrupted(void);

/* What was interrupted has ended, and what follows may be interrupted anew. */
void interrupt_forget(void);

/* Waits until CLOCK_MONOTONIC reaches a time in ns, or until one of these signals comes. */
void interrupt_wait_until(unsigned long long ns);

#endif
