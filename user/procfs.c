// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "procfs.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "alloc.h"

enum {
	CMDLINE_MAX = 256, /* of what may be megabytes; enough to tell programs apart */
	CGROUP_FILE_MAX = 8192,
	/* Two ticks of 10 ms, in a birth's units: what is further apart is another task. */
	START_SLACK = 2 * 10000000 >> 10,
};

/* Reads at most size - 1 bytes and terminates them. Returns how many, or -1. */
static ssize_t read_file(const char *path, char *buf, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t have = 0;
	ssize_t got;

	if (fd < 0)
		return -1;
	while (have < size - 1 && (got = read(fd, buf + have, size - 1 - have)) > 0)
		have += (size_t)got;
	close(fd);
	buf[have] = '\0';
	return (ssize_t)have;
}

static char *read_cmdline(u32 tgid)
{
	char path[64], buf[CMDLINE_MAX];
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%u/cmdline", tgid);
	n = read_file(path, buf, sizeof(buf));
	while (n > 0 && !buf[n - 1])
		n--;
	if (n <= 0)
		return NULL;
	for (ssize_t i = 0; i < n; i++)
		if (!buf[i])
			buf[i] = ' ';
	buf[n] = '\0';
	return xstrdup(buf);
}

/*
 * Lines are "id:controllers:path"; "0::" is the unified hierarchy. Where that has only the root
 * (cgroup v1 and hybrid), systemd's named hierarchy tells more (cgroups(7)).
 */
static char *read_cgroup(u32 tgid)
{
	char path[64], buf[CGROUP_FILE_MAX], *line, *rest = buf;
	const char *unified = NULL, *named = NULL;

	snprintf(path, sizeof(path), "/proc/%u/cgroup", tgid);
	if (read_file(path, buf, sizeof(buf)) <= 0)
		return NULL;
	while ((line = strsep(&rest, "\n"))) {
		char *controllers = strchr(line, ':');
		char *where = controllers ? strchr(controllers + 1, ':') : NULL;

		if (!where)
			continue;
		*where++ = '\0';
		if (!controllers[1])
			unified = where;
		else if (!strcmp(controllers + 1, "name=systemd"))
			named = where;
	}
	if (named && (!unified || !strcmp(unified, "/")))
		unified = named;
	return unified ? xstrdup(unified) : NULL;
}

static void replace(char **old, char *value)
{
	if (!value)
		return;
	free(*old);
	*old = value;
}

void procfs_read_details(struct group *g)
{
	if (g->details_read || !g->tgid)
		return;
	g->details_read = true;
	replace(&g->cmdline, read_cmdline(g->tgid));
	replace(&g->cgroup, read_cgroup(g->tgid));
}

/* Value of "Key:\tvalue\n" in the text of a status file; NULL: not there. Cuts the text up. */
static char *status_value(char *text, const char *key)
{
	char *at = strstr(text, key);

	if (!at || (at != text && at[-1] != '\n'))
		return NULL;
	at += strlen(key);
	at += strspn(at, "\t ");
	at[strcspn(at, "\n")] = '\0';
	return at;
}

/* Field 22 of stat, in clock ticks since boot (proc(5)), as ns; 0: cannot be read. */
static u64 start_ns_of(u32 tgid)
{
	char path[64], buf[1024], *at;
	unsigned long long ticks;

	snprintf(path, sizeof(path), "/proc/%u/stat", tgid);
	if (read_file(path, buf, sizeof(buf)) <= 0)
		return 0;
	/* The name may hold anything; the last parenthesis ends it. */
	at = strrchr(buf, ')');
	for (int field = 2; at && field < 22; field++)
		at = strchr(at + 1, ' ');
	if (!at || sscanf(at, "%llu", &ticks) != 1)
		return 0;
	return ticks * (1000000000ull / (u64)sysconf(_SC_CLK_TCK));
}

bool procfs_identify(u32 tid, u32 birth, struct task_record *r)
{
	char path[64], buf[4096], *tgid;
	u64 start;
	s32 off; /* of the tick's beginning, in birth's units; a birth wraps every 73 minutes */

	snprintf(path, sizeof(path), "/proc/%u/status", tid);
	if (read_file(path, buf, sizeof(buf)) <= 0)
		return false;
	tgid = status_value(buf, "Tgid:");
	start = start_ns_of(tid);
	off = (s32)(birth - BIRTH_OF(start));
	if (!tgid || !start || off > START_SLACK || off < -START_SLACK)
		return false;
	memset(r, 0, sizeof(*r));
	r->event = TASK_FOUND;
	r->tid = tid;
	r->tgid = (u32)strtoul(tgid, NULL, 10);
	r->start_ns = ((start >> 10) + (u64)off) << 10;
	r->leader_start_ns = r->tgid == tid ? r->start_ns : start_ns_of(r->tgid);
	snprintf(path, sizeof(path), "/proc/%u/comm", tid);
	if (read_file(path, r->comm, sizeof(r->comm)) > 0)
		r->comm[strcspn(r->comm, "\n")] = '\0';
	return true;
}

u64 procfs_own_rss(void)
{
	char buf[128];
	unsigned long size, resident;

	if (read_file("/proc/self/statm", buf, sizeof(buf)) <= 0)
		return 0;
	if (sscanf(buf, "%lu %lu", &size, &resident) != 2)
		return 0;
	return (u64)resident * (u64)sysconf(_SC_PAGESIZE);
}
