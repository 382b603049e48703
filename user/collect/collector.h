/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Turns the records in the ring buffers into tables, histograms and totals. For a publication, each
 * CPU is flushed and its ring is drained to exactly the point where the flush ended, so that the
 * kernel's counters, the records and everything made from them cover the same switches.
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
 * All arguments stay the caller's and must outlive the collector; recorder may be NULL. Returns
 * NULL and sets errno on failure.
 */
struct collector *collector_new(struct probes *probes, struct task_table *tasks,
				struct recorder *recorder);
void collector_free(struct collector *c);

/*
 * Adds the ring buffers to an epoll set with `data`. They are edge-triggered, so call
 * collector_drain() for each event. Returns 0 or -errno.
 */
int collector_watch(struct collector *c, int epoll_fd, void *data);

/* Takes the records that wait in the ring buffers, at most one ring's capacity of each. */
void collector_drain(struct collector *c);

/*
 * Flushes and drains each CPU, so that everything known of a CPU is of one instant. check: see
 * probes_flush(). Returns 0, or -errno when a CPU could not be flushed: its staged records are then
 * in the next publication.
 */
int collector_sync(struct collector *c, bool check);

/*
 * Begins or ends to count what switches do to the TLB, and syncs all CPUs. Returns 0 or -errno
 * (-EOPNOTSUPP: this kernel does not tell, or there is no cost source).
 */
int collector_count_tlb(struct collector *c, bool on);

/*
 * Fills now.accounting, now.histograms, previous and interval of p as of the last sync. The
 * interval is the time since the last call.
 */
void collector_fill(struct collector *c, struct publication *p);

/*
 * Sums the counters of all CPUs as of each CPU's last flush or, for received records, last batch.
 */
void collector_fill_accounting(const struct collector *c, struct accounting *a);

/*
 * Fills accounting and histograms of s as of this moment. `last` is the snapshot that
 * collector_fill() filled for the last publication; the interval since then continues.
 */
void collector_fill_totals(const struct collector *c, const struct snapshot *last,
			   struct snapshot *s);

#endif
