/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the actors of a stage can do: the act() of a struct play, each with its meaning of `n`. */
#ifndef TVTRACE_STAGE_ACTS_H
#define TVTRACE_STAGE_ACTS_H

#include "stage/stage.h"

/* Two hand the CPU to each other n times through pipes: each blocks n times. */
void act_pipe(struct actor *a);

/*
 * Two hand the CPU to each other through a futex until n ns have passed, or through pipes: each
 * blocks every time.
 */
void act_futex_for(struct actor *a);
void act_pipe_for(struct actor *a);

/*
 * Two yield to each other for n ns: nobody blocks. Before each yield an actor goes through its
 * touch_bytes.
 */
void act_yield(struct actor *a);

/* Goes through its touch_bytes for n ns, without a switch. */
void act_touch(struct actor *a);

/* Runs for n ns. */
void act_spin(struct actor *a);

/*
 * One with touch_bytes of resident memory creates n threads, children of fork, children of vfork
 * (which end at once, or nap for 1 ms first), or runs true(1) by posix_spawn n times, one after the
 * other; each call's time is in the stage's call_ns. n is at most STAGE_MOST_CALLS.
 */
void act_threads(struct actor *a);
void act_forks(struct actor *a);
void act_vforks(struct actor *a);
void act_napping_vforks(struct actor *a);
void act_spawns(struct actor *a);

/*
 * One with touch_bytes of memory creates n threads or processes that do nothing until the stage is
 * closed, or processes that write all of that memory first.
 */
void act_idle_threads(struct actor *a);
void act_idle_forks(struct actor *a);
void act_writing_forks(struct actor *a);

#endif
