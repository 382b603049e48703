/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The application that a thread group belongs to, determined by its cgroup: the container, else the
 * systemd unit, else the cgroup itself, else the program's own name.
 */
#ifndef TVTRACED_TABLES_APPLICATION_H
#define TVTRACED_TABLES_APPLICATION_H

#include <stdbool.h>
#include <stddef.h>

enum application_kind {
	APPLICATION_UNIT,
	APPLICATION_CONTAINER, /* or Kubernetes pod */
	APPLICATION_CGROUP,
	APPLICATION_COMM,
	NR_APPLICATION_KINDS,
};

enum {
	/* Space for any name: /proc shows no cgroup path that is longer than PATH_MAX. */
	APPLICATION_LEN = 4096 + 1,
	CONTAINER_ID_LEN = 12, /* of 64 hexadecimal digits, as container engines shorten them */
};

/*
 * Sets how many levels the root of the host's hierarchy lies above the root of this process's
 * cgroup namespace (cgroup_namespaces(7)): each path from the host's root begins with so many "..".
 * The number is 0 unless set.
 */
void application_set_root(unsigned int levels_up);

/* Returns the number of ".." components that a path begins with. */
unsigned int application_levels_up(const char *cgroup);

/* The names of the kinds as all outputs print them. Each entry is set. */
extern const char *const application_kind_names[NR_APPLICATION_KINDS];

/*
 * Writes the name of the application to `name`: bytes from outside, not escaped, cut to size - 1.
 * cgroup is a path as in /proc/PID/cgroup, or NULL when it is unknown. kernel tells that the group
 * is a kernel thread, which belongs to NAME_KERNEL (kind comm) in any cgroup. An application of
 * another group that is called NAME_KERNEL or NAME_IDLE gets "_" appended.
 *
 * A unit counts only if it is one of the host's: its path contains only slices and a user's service
 * manager above it. Below any other cgroup, a component with the name of a unit may come from an
 * init system in a container of unknown kind, so its processes belong to their cgroup.
 *
 * - unit: the full name of the unit ("nginx.service", "session-3.scope"); below a user's service
 *   manager, the unit that the manager started; "user@1000.service" for the manager itself
 * - container: the first 12 digits of its ID; for LXC, its name; for what is in a Kubernetes pod
 *   but in none of its containers, "pod" and the first 12 digits of the pod's UID
 * - cgroup: the path
 * - comm: the program's own name, if the cgroup is the root or unknown
 *
 * A container is recognised anywhere, also within a unit or another container (the innermost one
 * counts). The exception is a container with a service made only for it: there the service counts.
 */
enum application_kind application_of(char *name, size_t size, const char *cgroup, const char *comm,
				     bool kernel);

#endif
