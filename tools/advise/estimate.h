/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What would change if an application's processes were threads, or its threads processes. */
#ifndef TVTRACE_ADVISE_ESTIMATE_H
#define TVTRACE_ADVISE_ESTIMATE_H

#include "advise/seen.h"
#include "bench/figure.h"
#include "client/session.h"

/* How much more processes cost than threads on this host, in ns. */
struct prices {
	struct figure direct;	/* a switch, to its tasks (bench: sched_yield) */
	struct figure indirect; /* further, when each uses 1 MiB between two switches */
	struct figure thread;	/* the creation of a thread */
	struct figure fork;	/* fork of a process with 1 MiB resident */
};

extern const struct prices prices_none; /* nothing was measured */

/* Has pairs of tasks of its own measured, which takes some seconds. Returns an exit status. */
int prices_measure(struct prices *p, struct session *session);

/* In CPUs: 0.01 is 1% of a CPU. NAN: not known. */
struct change {
	double switches; /* per second that would become cheaper, or dearer */
	double direct, spread;
	double indirect; /* further, if each task used 1 MiB between two switches */
	double creations;
	bool measurable; /* more than the spread, and than 1% of its CPU time */
};

/* Of switches and creations together. */
double change_sum(const struct change *c);

struct estimate {
	struct change as_threads;   /* saved, if all its processes were threads of one */
	struct change as_processes; /* lost, if all its threads were processes */
};

/* Whether there is anything to be priced. */
bool estimate_needs_prices(const struct seen_application *a);

struct estimate estimate_of(const struct seen_application *a, const struct prices *p);

/* What creating tasks took the application, in CPUs; NAN: creations are not timed. */
double estimate_creating(const struct seen_application *a);

#endif
