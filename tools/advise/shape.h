/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a program is, as far as its tasks show it: one loop, threads, processes, or both. */
#ifndef TVTRACE_ADVISE_SHAPE_H
#define TVTRACE_ADVISE_SHAPE_H

#include "creation.h"
#include "record.h"

/* How an application's tasks ran, in a stretch of time. Rates are per second. */
struct features {
	double seconds; /* length of that stretch */
	double cpus;	/* CPU time per time */
	double switches, voluntary, preempted;
	double created[NR_CREATIONS];
	/*
	 * How few thread groups had 95% of the CPU time, and the most threads that had 95% of that
	 * of one of these groups. Where tasks are created all the time (SHAPE_CREATES), those that
	 * lived less than SHAPE_BRIEF_NS are left out.
	 */
	u32 busy_groups, busy_threads;
	/* A CPU changed from a thread to another one of the same group. */
	double same_group;
	/* It changed the address space, from another group's of the same application. */
	double sibling;
	/*
	 * The part of the time in which the busiest group ran at all and two of its threads ran at
	 * once; NAN: not known, or one CPU had nearly
	 * all of what it ran.
	 */
	double overlap;
};

enum shape {
	SHAPE_IDLE,	  /* too little ran to tell */
	SHAPE_ONE_THREAD, /* one thread that seldom waits */
	SHAPE_EVENT_LOOP, /* one thread that waits again and again */
	SHAPE_THREADS,	  /* several of one group */
	SHAPE_TURNS,	  /* likewise, but only one at a time */
	SHAPE_PROCESSES,  /* several groups of one busy thread each */
	SHAPE_LOOPS,	  /* likewise, an event loop each, which hardly meet on a CPU */
	SHAPE_BOTH,	  /* several groups, and threads in them */
	NR_SHAPES,
};

enum {
	SHAPE_CREATES = 100, /* tasks created per second, from which on it is told */
	SHAPE_FEW = 200,     /* switches, below which nothing is told */
};

#define SHAPE_BRIEF_NS 1000000000ULL

/* What the application creates all the time; NR_CREATIONS: nothing. */
enum creation shape_creates(const struct features *f);

/* cpus: how many the host has. */
enum shape shape_of(const struct features *f, u32 cpus);

/* The part of `same_group` in both that and `sibling`; NAN if both are 0. */
double shape_same_group_share(const struct features *f);

/*
 * How many seconds of the same rates would be enough to tell; 0: they never are, since the rates
 * are too low.
 */
double shape_enough_seconds(const struct features *f);

/* As JSON names a shape, and a phrase for people. */
extern const char *const shape_words[NR_SHAPES];
extern const char *const shape_phrases[NR_SHAPES];

#endif
