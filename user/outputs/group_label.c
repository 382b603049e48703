// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "outputs/group_label.h"

#include <string.h>

#include "common/array.h"

static const char *comm_of(const char *comm, const char *application, const char *cgroup)
{
	(void)application, (void)cgroup;
	return comm;
}

static const char *application_name_of(const char *comm, const char *application,
				       const char *cgroup)
{
	(void)comm, (void)cgroup;
	return application;
}

static const char *cgroup_of(const char *comm, const char *application, const char *cgroup)
{
	(void)comm, (void)application;
	return cgroup;
}

static const struct group_label labels[] = {
	{"comm", "A name is that of the program (comm).", comm_of},
	{"unit",
	 "A name is that of the application: the systemd unit, else the container (the first 12 "
	 "digits of its id), else the path of the cgroup, else the program (comm).",
	 application_name_of},
	{"cgroup", "A name is the path of the cgroup.", cgroup_of},
};

#define NR (ARRAY_SIZE(labels))

const struct group_label *group_label_at(size_t i)
{
	return i < NR ? &labels[i] : NULL;
}

const struct group_label *group_label_find(const char *name)
{
	for (size_t i = 0; i < NR; i++)
		if (!strcmp(labels[i].name, name))
			return &labels[i];
	return NULL;
}
