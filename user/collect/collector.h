/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * From the rings into tables, histograms and totals. At a publication each CPU is flushed and its
 * ring is drained to exactly where the flush ended, so that the kernel's counters, the records
 * and everything made from them speak of the same switches.
 */
#ifndef TVTRACED_COLLECT_COLLECTOR_H
#define TVTRACED_COLLECT_COLLECTOR_H

#include <stdbool.h>

#include "collect/publication.h"
#include "probes/probes.h"
#include "tables/task_table.h"

struct collector;

struct recorder;

/*
 * All stay the caller's and must outlive the collector; recorder may be NULL. NULL and errno on
 * failure.
 */
struct collector *collector_new(struct probes *probes, struct task_table *tasks,
				struct recorder *recorder);
void collector_free(struct collector *c);

/* Adds the rings to an epoll set with `data`; edge-triggered: drain when told. 0 or -errno. */
int collector_watch(struct collector *c, int epoll_fd, void *data);

/* Takes what waits in the rings, at most one ring's worth of each. */
void collector_drain(struct collector *c);

/*
 * Brings everything to one instant per CPU. check: see probes_flush. Returns 0, or -errno when a
 * CPU could not be flushed: what it has staged is then in the next publication.
 */
int collector_sync(struct collector *c, bool check);

/*
 * Fills now.accounting, now.cost, previous and interval_cost of p as of the last sync. The interval
 * is what came since the last call.
 */
void collector_fill(struct collector *c, struct publication *p);

/* Sums what the CPUs had counted when they were last flushed, or sent a batch. */
void collector_fill_accounting(const struct collector *c, struct accounting *a);

/*
 * Fills accounting and cost of s as of this moment: `last` is the last publication's snapshot that
 * collector_fill filled, whose interval goes on.
 */
void collector_fill_totals(const struct collector *c, const struct snapshot *last,
			   struct snapshot *s);

#endif
