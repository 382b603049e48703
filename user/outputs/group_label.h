/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the `group` label of the textfile can be (--group-by). */
#ifndef TVTRACED_OUTPUTS_GROUP_LABEL_H
#define TVTRACED_OUTPUTS_GROUP_LABEL_H

#include "tables/task_table.h"

struct group_label {
	const char *name; /* as the option has it */
	const char *help; /* what the label says, a sentence */
	/* The label of what has these, bytes that are not escaped; NULL: not known. */
	const char *(*of)(const char *comm, const char *application, const char *cgroup);
};

/* The i-th, NULL past the last; the first is the default. */
const struct group_label *group_label_at(size_t i);

/* By its name; NULL: there is none. */
const struct group_label *group_label_find(const char *name);

#endif
