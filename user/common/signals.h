/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Which signals mean what, for all programs. */
#ifndef TVTRACED_COMMON_SIGNALS_H
#define TVTRACED_COMMON_SIGNALS_H

#include <signal.h>
#include <stdbool.h>

/* Those that ask a program to end: SIGHUP, SIGINT, SIGQUIT, SIGTERM. */
enum { NR_ENDING_SIGNALS = 4 };
extern const int ending_signals[NR_ENDING_SIGNALS];

/*
 * Ignores what would kill and means nothing here (SIGUSR1, SIGALRM, real-time signals and their
 * like), and what a failing write also tells by its errno (SIGPIPE, SIGXFSZ). Faults (SIGSEGV and
 * its like) stay deadly.
 */
void signals_ignore_rest(void);

bool signals_ignored(int number);

/* Fills set with those ending signals that are not ignored: `nohup` and shells ignore some. */
void signals_ending(sigset_t *set);

#endif
