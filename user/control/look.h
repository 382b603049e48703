/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The latest snapshot of everything. All clients share it, because each new one makes every CPU
 * flush its staged records.
 */
#ifndef TVTRACED_CONTROL_LOOK_H
#define TVTRACED_CONTROL_LOOK_H

#include <stdbool.h>

#include "collect/recent.h"
#include "collect/snapshot.h"

/* What the daemon provides for replies. */
struct control_source {
	void *ctx;
	/* Fills s as of now. */
	void (*fill)(void *ctx, struct snapshot *s);
	/* Begins or ends to count what switches do to the TLB. Returns 0 or -errno. */
	int (*count_tlb)(void *ctx, bool on);
	struct task_table *tasks;
	struct recorder *recorder;
	u32 cpus; /* number of possible CPUs */
};

/* Facts for replies that are not in the snapshot. */
struct control_facts {
	struct recent recent;
	unsigned int clients, max_clients;
	u32 cpus; /* number of possible CPUs */
	const struct recorder *recorder;
	u64 longest_pause_ns; /* longest time that the ring buffers waited while the daemon was busy
			       */
};

struct look {
	struct control_source source;
	struct control_facts facts;
	struct snapshot snapshot;
	u64 seq; /* of the snapshot: see task_table_next_seq */
};

void look_init(struct look *l, const struct control_source *source, unsigned int max_clients);
void look_release(struct look *l);

/* When a client that asked at asked_ns can be answered, CLOCK_MONOTONIC; 0: at once. */
u64 look_earliest(const struct look *l, u64 asked_ns);

/* Takes a new snapshot unless the present one was taken at asked_ns or later, and returns it. */
const struct snapshot *look_refresh(struct look *l, u64 asked_ns);

#endif
