/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Everything that is known at one instant, cumulative since the start. For each CPU, all parts are
 * of the same instant, to which collector_sync() has brought the kernel's counters, the records and
 * everything made from them.
 */
#ifndef TVTRACED_COLLECT_SNAPSHOT_H
#define TVTRACED_COLLECT_SNAPSHOT_H

#include <stdbool.h>

#include "collect/histograms.h"
#include "common/names.h"
#include "creation.h"
#include "probes/creations.h"
#include "probes/features.h"
#include "tables/task_table.h"

/* Facts that do not change while the daemon runs. */
struct host_facts {
	char kernel[65];	 /* uname release */
	const char *cost_source; /* "sched_exit_tp", ..., "none" */
	const char *cost_reason; /* why the source is "none"; NULL otherwise */
	const struct features *features;
	const struct creation_facts *creation; /* how creations are timed; may change */
	const char *wait_reason;	       /* why waits are not measured; NULL: they are */
	u64 cost_bias_ns;		       /* the probes' own share of every measured cost */
	u64 probe_entry_ns; /* measured at start: entering and leaving both programs once */
	u64 ring_bytes;	    /* size of one ring buffer */
	unsigned int rings;
	u64 start_ns; /* CLOCK_MONOTONIC at attach */
};

/* Cumulative since start. Identities: doc/architecture.md. */
struct accounting {
	u64 labels[NR_LABELS];
	u64 seen;
	u64 received;
	u64 spilled;
	u64 unmeasured; /* switches without a cost: no end was seen, or there is no cost source */
	u64 unseen;	/* meaningless without FEATURE_RUN_QUEUE_COUNT */
	u64 task_events_lost;	     /* the ring was full, or the kernel skipped the program */
	u64 creations[NR_CREATIONS]; /* tasks created; all 0 without FEATURE_TASK_NEWTASK */
	/* What the switches of each kind did to the TLB while that was counted. */
	u64 tlb[NR_KINDS][NR_TLB_OUTCOMES];
	bool tlb_counting;  /* now; it lengthens the costs of switches that change the address space
			     */
	u64 tlb_counted_ns; /* how long it was counted so far; 0: never */
	u64 tlb_last_ns;    /* when it was counted last, CLOCK_MONOTONIC; 0: never */
	u64 ring_high_water; /* bytes; highest fill of any ring buffer so far */
	u64 probe_runs;	     /* runs of the two switch programs together */
	u64 probe_run_ns;    /* estimate, see doc/architecture.md */
};

/* The pointers and histograms belong to the caller that had the snapshot filled. */
struct snapshot {
	const struct host_facts *host;
	const struct task_table *tasks;
	u64 time_ns; /* CLOCK_MONOTONIC */
	struct accounting accounting;
	struct histograms histograms;
	u64 charged;	/* switches charged to groups and other; as of `accounting` */
	u64 nr_threads; /* threads that are alive */
	u64 nr_groups;
	u64 own_cpu_ns; /* user + system time of the daemon */
	u64 own_rss_bytes;
};

/*
 * The error of each identity of the accounting, 0 when the identity holds: labels (sum of the 24 -
 * seen), records (seen - received - spilled), costs (histogram counts + unmeasured - seen), groups
 * (sum over groups and other - received), waits (histogram counts - switches into tasks; 0 when
 * waits are not measured).
 */
struct residuals {
	long long labels, records, costs, groups, waits;
};

struct residuals snapshot_residuals(const struct snapshot *s);

/* Returns the switches that are charged to all groups and other at this moment, for `charged`. */
u64 snapshot_charged(const struct task_table *tasks);

#endif
