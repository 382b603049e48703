// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The rule separates the programs of doc/threads-vs-processes.md; `make systems` tries it on them.
 */
#include "advise/shape.h"

#include <math.h>
#include <stdbool.h>

static const double idle_cpus = 0.01, idle_switches = 100;
static const double loop_voluntary = 100;   /* waits per second of an event loop */
static const double turns_cpus = 0.5;	    /* below, two threads seldom want to run at once */
static const double turns_overlap = 0.01;   /* the GIL's threads: 0.003; the next ones: 0.029 */
static const double processes_share = 0.05; /* of same_group */
static const double helpers = 0.1; /* of all switches, below which threads only help (V8's: 0.05) */
static const double enough_s = 1;  /* of CPU time, which tells as much as SHAPE_FEW switches */
static const double hardly_meet = 0.5; /* of all switches; nginx on two CPUs: 0.33, prefork: 0.7 */

const char *const shape_words[NR_SHAPES] = {
	[SHAPE_IDLE] = "idle",
	[SHAPE_ONE_THREAD] = "one_thread",
	[SHAPE_EVENT_LOOP] = "event_loop",
	[SHAPE_THREADS] = "threads",
	[SHAPE_TURNS] = "threads_by_turns",
	[SHAPE_PROCESSES] = "processes",
	[SHAPE_LOOPS] = "event_loop_per_process",
	[SHAPE_BOTH] = "processes_with_threads",
};

const char *const shape_phrases[NR_SHAPES] = {
	[SHAPE_IDLE] = "too little ran to tell",
	[SHAPE_ONE_THREAD] = "one thread that seldom waits",
	[SHAPE_EVENT_LOOP] = "one event loop",
	[SHAPE_THREADS] = "threads",
	[SHAPE_TURNS] = "threads, one at a time",
	[SHAPE_PROCESSES] = "processes",
	[SHAPE_LOOPS] = "an event loop per process",
	[SHAPE_BOTH] = "processes with threads",
};

enum creation shape_creates(const struct features *f)
{
	enum creation most = CREATED_THREAD;

	for (enum creation c = 0; c < CREATED_KERNEL; c++)
		if (f->created[c] > f->created[most])
			most = c;
	return f->created[most] >= SHAPE_CREATES ? most : NR_CREATIONS;
}

double shape_same_group_share(const struct features *f)
{
	double both = f->same_group + f->sibling;

	return both > 0 ? f->same_group / both : NAN;
}

static bool is_idle(const struct features *f)
{
	return (f->cpus < idle_cpus && f->switches < idle_switches) || !f->busy_groups;
}

double shape_enough_seconds(const struct features *f)
{
	double by_switches = f->switches > 0 ? SHAPE_FEW / f->switches : INFINITY;
	double by_time = f->cpus > 0 ? enough_s / f->cpus : INFINITY;

	return is_idle(f) ? 0 : fmin(by_switches, by_time);
}

static enum shape of_one_group(const struct features *f)
{
	if (f->busy_threads <= 1)
		return f->voluntary >= loop_voluntary ? SHAPE_EVENT_LOOP : SHAPE_ONE_THREAD;
	/* A NAN compares as false. */
	if (f->cpus >= turns_cpus && f->overlap < turns_overlap)
		return SHAPE_TURNS;
	return SHAPE_THREADS;
}

enum shape shape_of(const struct features *f, u32 cpus)
{
	double share = shape_same_group_share(f);

	if (is_idle(f) || (f->switches * f->seconds < SHAPE_FEW && f->cpus * f->seconds < enough_s))
		return SHAPE_IDLE;
	if (f->busy_groups == 1)
		return of_one_group(f);
	if (f->busy_threads > 1 ||
	    (share >= processes_share && f->same_group >= f->switches * helpers))
		return SHAPE_BOTH;
	if (f->busy_groups <= cpus && f->voluntary >= loop_voluntary &&
	    f->sibling < f->switches * hardly_meet)
		return SHAPE_LOOPS;
	return SHAPE_PROCESSES;
}
