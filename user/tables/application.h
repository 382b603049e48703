/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The application that a thread group belongs to, told by its cgroup: the systemd unit, else the
 * container, else the cgroup itself, else the program's own name.
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
	/* Room for any name: a cgroup's path is at most PATH_MAX long, or /proc does not tell it.
	 */
	APPLICATION_LEN = 4096 + 1,
	CONTAINER_ID_LEN = 12, /* of 64 hexadecimal digits, as container engines shorten them */
};

/*
 * How many levels the root of the host's hierarchy lies above that of this process's cgroup
 * namespace (cgroup_namespaces(7)): so many ".." begin each path from there. 0 unless set.
 */
void application_set_root(unsigned int levels_up);

/* The number of ".." that a path begins with. */
unsigned int application_levels_up(const char *cgroup);

/* As outputs print them; NULL-free, static. */
extern const char *const application_kind_names[NR_APPLICATION_KINDS];

/*
 * Writes the name of the application to `name`: bytes from outside, not escaped, cut to size - 1.
 * cgroup is a path as in /proc/PID/cgroup, or NULL when it is not known; kernel: it is a kernel
 * thread, which belongs to NAME_KERNEL (kind comm) wherever it is. A
 * program that calls itself as NAME_KERNEL or NAME_IDLE is shown with "_" behind.
 *
 * A unit is one of the host's: on the way to it there are only slices, and a user's service
 * manager. What lies below anything else may be called so by an init system of its own, in a
 * container of a kind that is not known here, and belongs to its cgroup.
 *
 *   unit       the unit's full name ("nginx.service", "session-3.scope"); below a user's service
 *              manager, that of the unit that it started, and "user@1000.service" for itself
 *   container  the first 12 digits of its id; LXC: its name; for what is in a Kubernetes pod and in
 *              no container of it, "pod" and the first 12 digits of the pod's UID
 *   cgroup     the path
 *   comm       comm, for what is in the root cgroup or in one that is not known
 *
 * A container is recognised wherever it is, in a unit or another container (the innermost counts),
 * except one that a service was made for: that is the service.
 */
enum application_kind application_of(char *name, size_t size, const char *cgroup, const char *comm,
				     bool kernel);

#endif
