/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The latest look at everything, which all clients share: each look makes every CPU flush what it
 * has staged.
 */
#ifndef TVTRACED_CONTROL_LOOK_H
#define TVTRACED_CONTROL_LOOK_H

#include <stdbool.h>

#include "collect/recent.h"
#include "collect/snapshot.h"

/* What the daemon gives: everything that is said, as of now. */
struct control_source {
	void *ctx;
	/* Fills s with the present instant. */
	void (*fill)(void *ctx, struct snapshot *s);
	struct task_table *tasks;
	struct recorder *recorder;
	u32 cpus; /* possible */
};

/* What replies speak of beside the publication. */
struct control_facts {
	struct recent recent;
	unsigned int clients, max_clients;
	u32 cpus; /* possible ones */
	const struct recorder *recorder;
	u64 longest_pause_ns; /* the longest that the rings waited for something else */
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

/* Makes the snapshot one of a moment not before asked_ns, and returns it. */
const struct snapshot *look_refresh(struct look *l, u64 asked_ns);

#endif
