/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The choices for the `group` label of the textfile (--group-by). */
#ifndef TVTRACED_OUTPUTS_GROUP_LABEL_H
#define TVTRACED_OUTPUTS_GROUP_LABEL_H

#include "tables/task_table.h"

struct group_label {
	const char *name; /* as given to the option */
	const char *help; /* a sentence that explains the label */
	/* Returns the label, not escaped, of a group with these properties; NULL: unknown. */
	const char *(*of)(const char *comm, const char *application, const char *cgroup);
};

/* Returns the i-th label, or NULL after the last; the first is the default. */
const struct group_label *group_label_at(size_t i);

/* Returns the label with this name, or NULL. */
const struct group_label *group_label_find(const char *name);

#endif
