// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "control/parts.h"

#include <string.h>

static const char *const names[NR_PARTS] = {
	[PART_HOST] = "host",
	[PART_FEATURES] = "features",
	[PART_ACCOUNTING] = "accounting",
	[PART_SWITCHES] = "switches",
	[PART_COST] = "cost",
	[PART_COST_BY_FROM] = "cost_by_from",
	[PART_COST_SUMS] = "cost_sums",
	[PART_WAIT_BY_AFTER] = "wait_by_after",
	[PART_CREATIONS] = "creations",
	[PART_TLB] = "tlb",
	[PART_RING] = "ring",
	[PART_PROBE] = "probe",
	[PART_RECENT] = "recent",
	[PART_TABLES] = "tables",
	[PART_CAPTURES] = "captures",
	[PART_OTHER] = "other",
	[PART_NR_GROUPS] = "nr_groups",
	[PART_NR_THREADS] = "nr_threads",
	[PART_GONE] = "gone",
	[PART_GROUPS] = "groups",
	[PART_GROUP_COUNTS] = "group_counts",
	[PART_GROUP_NAMES] = "group_names",
	[PART_GROUP_COST] = "group_cost",
	[PART_THREADS] = "threads",
	[PART_ENDED] = "ended",
};

const char *part_name(enum part_id part)
{
	return names[part];
}

int part_find(const char *name)
{
	for (int i = 0; i < NR_PARTS; i++)
		if (!strcmp(names[i], name))
			return i;
	return -1;
}
