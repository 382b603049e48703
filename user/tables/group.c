// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "tables/group.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/names.h"

void group_name_application(struct group *g)
{
	char name[APPLICATION_LEN];

	if (g->tgid) {
		g->application_kind =
			application_of(name, sizeof(name), g->cgroup, g->comm, g->kernel);
	} else {
		g->application_kind = APPLICATION_COMM;
		snprintf(name, sizeof(name), "%s", NAME_IDLE);
	}
	/* In most cases, the name has not changed. */
	if (g->application && !strcmp(g->application, name))
		return;
	free(g->application);
	g->application = xstrdup(name);
}

bool group_set_cgroup(struct group *g, char *path)
{
	bool same = g->cgroup && !strcmp(g->cgroup, path);

	free(g->cgroup);
	g->cgroup = path;
	if (!same)
		group_name_application(g);
	return !same;
}

void group_inherit(struct group *g, const struct group *parent)
{
	if (parent && parent->cgroup && !g->cgroup)
		group_set_cgroup(g, xstrdup(parent->cgroup));
}

void group_release_histograms(struct group *g)
{
	for (int k = 0; k < NR_KINDS; k++)
		histogram_release(&g->cost[k]);
	for (int w = 0; w < NR_WAITS; w++)
		histogram_release(&g->wait[w]);
}
