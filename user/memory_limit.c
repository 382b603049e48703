// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "memory_limit.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "max", which stands for no limit, is no number; neither is what cannot be read. */
static u64 read_limit(const char *path)
{
	u64 limit = UINT64_MAX;
	FILE *f = fopen(path, "re");

	if (!f)
		return limit;
	if (fscanf(f, "%" SCNu64, &limit) != 1)
		limit = UINT64_MAX;
	fclose(f);
	return limit;
}

/* Of a cgroup, whose path is cut up, and of all above it. */
static u64 least_of(const char *mount, char *cgroup, const char *file)
{
	u64 least = UINT64_MAX;

	for (;;) {
		char path[PATH_MAX], *slash;
		u64 limit;

		snprintf(path, sizeof(path), "%s%s/%s", mount, cgroup, file);
		limit = read_limit(path);
		least = limit < least ? limit : least;
		slash = strrchr(cgroup, '/');
		if (!slash)
			return least;
		*slash = '\0';
	}
}

/* A line is "id:controllers:path"; without controllers it is of version 2. */
static u64 limit_of_line(char *line, const char *root)
{
	char mount[PATH_MAX], *controllers = strchr(line, ':');
	char *path = controllers ? strchr(controllers + 1, ':') : NULL;

	if (!path)
		return UINT64_MAX;
	controllers++;
	*path++ = '\0';
	path[strcspn(path, "\n")] = '\0';
	if (!*controllers)
		return least_of(root, path, "memory.max");
	if (strcmp(controllers, "memory") != 0)
		return UINT64_MAX;
	snprintf(mount, sizeof(mount), "%s/memory", root);
	return least_of(mount, path, "memory.limit_in_bytes");
}

u64 memory_limit_of(const char *cgroups, const char *root)
{
	char line[PATH_MAX + 64];
	u64 least = UINT64_MAX;
	FILE *f = fopen(cgroups, "re");

	while (f && fgets(line, sizeof(line), f)) {
		u64 limit = limit_of_line(line, root);

		least = limit < least ? limit : least;
	}
	if (f)
		fclose(f);
	return least;
}

u64 memory_limit(void)
{
	return memory_limit_of("/proc/self/cgroup", "/sys/fs/cgroup");
}
