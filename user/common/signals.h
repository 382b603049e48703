/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What signals mean, for all programs. */
#ifndef TVTRACED_COMMON_SIGNALS_H
#define TVTRACED_COMMON_SIGNALS_H

#include <signal.h>
#include <stdbool.h>

/* The signals that ask a program to end: SIGHUP, SIGINT, SIGQUIT, SIGTERM. */
enum { NR_ENDING_SIGNALS = 4 };
extern const int ending_signals[NR_ENDING_SIGNALS];

/*
 * Ignores signals that would kill the program and mean nothing to it (SIGUSR1, SIGALRM, real-time
 * signals and others), and signals whose cause a failing write also reports by errno (SIGPIPE,
 * SIGXFSZ). Signals for faults (SIGSEGV and others) still kill the program.
 */
void signals_ignore_rest(void);

bool signals_ignored(int number);

/*
 * Fills set with the ending signals that are not ignored; `nohup` and shells start programs with
 * some of them ignored.
 */
void signals_ending(sigset_t *set);

#endif
