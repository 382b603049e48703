/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* For how long several threads of a group ran at the same time. */
#ifndef TVTRACE_ADVISE_OVERLAP_H
#define TVTRACE_ADVISE_OVERLAP_H

#include "record.h"

#define OVERLAP_ONE_CPU 0.95

struct overlap;

struct overlap *overlap_new(void);
void overlap_free(struct overlap *o);

/*
 * A thread of the group ran on that CPU. Stretches of one CPU come in order of time, but for the
 * one before the first.
 */
void overlap_add(struct overlap *o, u32 tgid, u32 cpu, u64 begin_ns, u64 end_ns);

/*
 * Returns the part of the time in which at least one thread of the group ran in which at least two
 * did, 0 to 1. NAN: none ran, one CPU had more than OVERLAP_ONE_CPU of what they ran, so that they
 * could not; or there were too many stretches to keep.
 */
double overlap_share(const struct overlap *o, u32 tgid);

#endif
