/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The totals of a trace, and what the trace tells about the machine that it is of. */
#ifndef TVTRACE_REPORT_TRACE_SUMMARY_H
#define TVTRACE_REPORT_TRACE_SUMMARY_H

#include <stdbool.h>
#include <stddef.h>

#include "common/histogram.h"
#include "creation.h"
#include "report/timeline.h"

enum { MAX_FACTS = 64 };

struct fact {
	char *name, *text; /* printable */
};

/* Where and how the trace was made, as far as the trace tells. */
struct trace_facts {
	char *kernel, *machine; /* printable; NULL: unknown */
	u32 cpus;
	bool has_clocks;
	u64 boottime_ns, monotonic_ns, realtime_ns; /* readings of the clocks at one instant */
	u64 cost_bias_ns;
	struct fact facts[MAX_FACTS]; /* annotations of the event `capture` */
	size_t nr_facts;
};

/* Times are in the clock of the trace (CLOCK_BOOTTIME). */
struct trace_summary {
	struct trace_facts facts;
	bool ours;		/* tvtraced made it */
	bool has_end;		/* the trace has its end event */
	const char *end_reason; /* why the capture ended early; NULL: it did not */
	u64 end_switches;	/* how many switches the end event announces */
	u64 origin_ns;		/* time 0 of --from and --to, see set_origin() */
	u64 first_ns, last_ns;	/* first and last time that the trace covers */
	u64 all_switches;	/* switches of the whole trace */
	u64 bad_packets;
	/* The rest is of the window only: */
	u64 begin_ns, end_ns;
	u64 switches;
	u64 labels[NR_LABELS];
	u64 unlabelled;	  /* switches of unknown kind and cost */
	u64 unattributed; /* switches into an unknown task */
	u64 unmeasured;	  /* switches with a label, but without a cost */
	struct histogram cost[NR_CELLS];
	struct histogram cost_by_kind[NR_KINDS];
	struct histogram creation[NR_CREATIONS]; /* those that were timed */
	u64 suspended_ns;      /* time that the machine was suspended; rates exclude it */
	u64 lost, lost_ns;     /* known lost switches; time of all losses */
	u64 lost_stretches;    /* losses of a known number of switches */
	u64 unknown_stretches; /* losses of an unknown number of switches */
	struct timeline timeline;
};

/* The lists of rows. */
enum trace_list { TRACE_THREADS, TRACE_GROUPS, TRACE_APPLICATIONS };

#endif
