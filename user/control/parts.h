/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The parts of a reply that a request can ask for (doc/protocol.md). */
#ifndef TVTRACED_CONTROL_PARTS_H
#define TVTRACED_CONTROL_PARTS_H

/*
 * The parts are in the order in which they are made, lists last. group_names comes after
 * group_counts so that each counted group is also named, unless it has ended in between.
 */
enum part_id {
	PART_HOST,
	PART_FEATURES,
	PART_ACCOUNTING,
	PART_SWITCHES,
	PART_COST,
	PART_COST_BY_FROM,
	PART_COST_SUMS,
	PART_WAIT_BY_AFTER,
	PART_CREATIONS,
	PART_TLB,
	PART_RING,
	PART_PROBE,
	PART_RECENT,
	PART_TABLES,
	PART_CAPTURES,
	PART_OTHER,
	PART_NR_GROUPS,
	PART_NR_THREADS,
	PART_GONE,
	PART_GROUPS,
	PART_GROUP_COUNTS,
	PART_GROUP_NAMES,
	PART_GROUP_COST,
	PART_THREADS,
	PART_ENDED,
	NR_PARTS,
};

_Static_assert(NR_PARTS <= 32, "a request has them in 32 bits");

const char *part_name(enum part_id part);

/* Returns the part with this name, or -1. */
int part_find(const char *name);

#endif
