/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the switches of a trace come to: by thread, group and application, by kind and from. */
#ifndef TVTRACE_TRACE_MODEL_H
#define TVTRACE_TRACE_MODEL_H

#include <stdbool.h>
#include <stddef.h>

#include "histogram.h"
#include "model.h"
#include "timeline.h"
#include "trace.pb-c.h"

struct trace_model;

enum { MAX_FACTS = 64 };

struct fact {
	char *name, *text; /* printable */
};

/* Where and how it was made, as far as it says so. */
struct trace_facts {
	char *kernel, *machine; /* printable; NULL: not told */
	u32 cpus;
	bool has_clocks;
	u64 boottime_ns, monotonic_ns, realtime_ns; /* of one instant */
	u64 cost_bias_ns;
	struct fact facts[MAX_FACTS]; /* of the event `capture` */
	size_t nr_facts;
};

/* Times are those of the trace (CLOCK_BOOTTIME). */
struct trace_summary {
	struct trace_facts facts;
	bool ours;		/* tvtraced made it */
	bool has_end;		/* it is complete */
	const char *end_reason; /* why it did not end as asked; NULL */
	u64 end_switches;	/* so many should be in it */
	u64 origin_ns;		/* of --from and --to: the beginning of what was asked for */
	u64 first_ns, last_ns;	/* that anything is known of */
	u64 all_switches;	/* of the whole trace */
	u64 bad_packets;
	/* Of the window: */
	u64 begin_ns, end_ns;
	u64 switches;
	u64 labels[NR_LABELS];
	u64 unlabelled;	  /* of unknown kind and cost */
	u64 unattributed; /* into nobody knows what */
	u64 unmeasured;	  /* labelled, and without a cost */
	struct histogram cost[NR_CELLS];
	struct histogram cost_by_kind[NR_KINDS];
	u64 suspended_ns;      /* of the window; such time is in no rate */
	u64 lost, lost_ns;     /* switches that are known to be missing, and how long that took */
	u64 lost_stretches;    /* in so many stretches */
	u64 unknown_stretches; /* and those of unknown number */
	struct timeline timeline;
};

/* A window in ns from the origin; to_ns UINT64_MAX: up to the end. */
struct trace_model *trace_model_new(u64 from_ns, u64 to_ns);
void trace_model_free(struct trace_model *m); /* NULL is ignored */

void trace_model_packet(struct trace_model *m, const TracePacket *p);

/* There are no more packets: makes rows and the rest of the summary. */
void trace_model_end(struct trace_model *m);

const struct trace_summary *trace_model_summary(const struct trace_model *m);

enum trace_list { TRACE_THREADS, TRACE_GROUPS, TRACE_APPLICATIONS };

/* Those that switched in the window, *n of them; the model's. */
const struct row *trace_model_rows(const struct trace_model *m, enum trace_list what, size_t *n);

/* A time of the trace as CLOCK_MONOTONIC, and as CLOCK_REALTIME; itself when it has no clocks. */
u64 trace_monotonic(const struct trace_model *m, u64 ns);
u64 trace_realtime(const struct trace_facts *f, u64 ns);

#endif
