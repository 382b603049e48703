/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The question that tvtraced is there for, answered in one line from measured figures. */
#ifndef TVTRACED_COMMON_ANSWER_H
#define TVTRACED_COMMON_ANSWER_H

#include <stddef.h>

#include "record.h"

enum {
	ANSWER_LEN = 256,
	ANSWER_LEAST = 100, /* switches of either kind, below which nothing is said of costs */
};

/*
 * What the answer is made from: the switches from one task of a program to another, in a stretch of
 * time. Those from idle and from kernel threads cost less or more for other reasons.
 */
struct answer_figures {
	u64 count[NR_KINDS];  /* switches with a cost; only KIND_THREAD and KIND_PROCESS are used */
	u64 sum_ns[NR_KINDS]; /* what they cost together */
	double seconds;	      /* above 0 */
};

/*
 * Writes the answer, in at most `width` columns if it can be said so, and returns text. What
 * changing the address space costs is the rate of process switches times the difference of the two
 * mean costs, as a share of one CPU.
 */
char *answer(char text[ANSWER_LEN], const struct answer_figures *f, size_t width);

#endif
