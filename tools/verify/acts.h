/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the actors of a stage can do: the act() of a struct play, each with its meaning of `n`. */
#ifndef TVTRACE_VERIFY_ACTS_H
#define TVTRACE_VERIFY_ACTS_H

#include "verify/stage.h"

/* Two hand the CPU to each other n times through pipes: each blocks n times. */
void act_pipe(struct actor *a);

/* Two yield to each other for n ns: nobody blocks. */
void act_yield(struct actor *a);

/* Runs for n ns. */
void act_spin(struct actor *a);

/*
 * One creates n threads, children of fork, children of vfork (which nap for 1 ms), or runs an
 * executable by posix_spawn n times, one after the other; each call's time is in the stage's
 * call_ns. n is at most STAGE_MOST_CALLS.
 */
void act_threads(struct actor *a);
void act_forks(struct actor *a);
void act_vforks(struct actor *a);

#endif
