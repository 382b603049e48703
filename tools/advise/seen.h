/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * How the tasks of each application ran in a trace: who had the CPUs, who followed whom, and who
 * ran at the same time.
 */
#ifndef TVTRACE_ADVISE_SEEN_H
#define TVTRACE_ADVISE_SEEN_H

#include "advise/shape.h"
#include "common/charges.h"
#include "lists/row.h"
#include "report/trace_model.h"

/* A thread group of an application. */
struct seen_group {
	const struct traced *leader;
	u64 run_ns;
	bool brief;	  /* it began and ended within SHAPE_BRIEF_NS */
	u32 busy_threads; /* how few had 95% of run_ns */
};

struct seen_application {
	const struct row *row; /* of the trace's applications: names, counts, charges */
	struct features features;
	u32 living_groups, living_threads; /* at the end, whether they ran or not */
	u64 wait_p99_ns;		   /* of its waits for a CPU */
	struct seen_group *groups;	   /* by run time, the longest first */
	size_t nr_groups;
};

struct seen;

/* Watches the model, which must outlive the result. */
struct seen *seen_new(struct trace_model *m);
void seen_free(struct seen *s);

/*
 * To be called after trace_model_end(). Returns *n applications by CPU time, the longest first,
 * without the kernel and the idle tasks; they are owned by s.
 */
const struct seen_application *seen_applications(struct seen *s, size_t *n);

/* The time between the first and the last switch of the trace, in s. */
double seen_seconds(const struct seen *s);

#endif
