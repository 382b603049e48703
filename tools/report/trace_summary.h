/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the switches of a trace come to in all, and what the trace says of itself. */
#ifndef TVTRACE_REPORT_TRACE_SUMMARY_H
#define TVTRACE_REPORT_TRACE_SUMMARY_H

#include <stdbool.h>
#include <stddef.h>

#include "common/histogram.h"
#include "report/timeline.h"

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

/* What lists of rows there are. */
enum trace_list { TRACE_THREADS, TRACE_GROUPS, TRACE_APPLICATIONS };

#endif
