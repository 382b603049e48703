// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "tables/procfs.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/alloc.h"
#include "common/clock.h"

enum {
	CGROUP_FILE_MAX = 65536, /* a dozen hierarchies, each with a path of up to 4096 bytes */
	PF_EXITING = 0x4,	 /* linux/sched.h; field 9 of stat has the kernel's task flags */
	/* In the units of a birth: a task whose birth differs by more is another one. */
	FOUND_SLACK = FOUND_SLACK_NS >> 10,
};

static bool of_host = true;

bool procfs_check(u32 own_tgid)
{
	char self[16];
	ssize_t n = readlink("/proc/self", self, sizeof(self) - 1);

	/* The link holds this process's id in the pid namespace that /proc was mounted from. */
	self[n > 0 ? n : 0] = '\0';
	of_host = n > 0 && strtoul(self, NULL, 10) == own_tgid;
	return of_host;
}

/* Reads at most size - 1 bytes and terminates them with NUL. Returns the number of bytes, or -1. */
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

/*
 * Stores a numeric field of /proc/PID/stat, counted as in proc(5), in *value. Returns false when it
 * cannot be read.
 */
static bool stat_field(u32 pid, int number, unsigned long long *value)
{
	char path[64], buf[1024], *at;

	snprintf(path, sizeof(path), "/proc/%u/stat", pid);
	if (read_file(path, buf, sizeof(buf)) <= 0)
		return false;
	/* The name may contain any character, but the last parenthesis of the line ends it. */
	at = strrchr(buf, ')');
	for (int field = 2; at && field < number; field++)
		at = strchr(at + 1, ' ');
	return at && sscanf(at, "%llu", value) == 1;
}

/*
 * Returns the start time as ns of the host's CLOCK_BOOTTIME; /proc gives it in clock ticks since
 * boot. Returns 0 when it cannot be read.
 */
static u64 start_ns_of(u32 pid)
{
	unsigned long long ticks;

	if (!stat_field(pid, 22, &ticks))
		return 0;
	return clock_from_own_boot(ticks * (NSEC_PER_SEC / (u64)sysconf(_SC_CLK_TCK)));
}

/* Returns whether tgid is (still) the process that started at start_ns. */
static bool started_at(u32 tgid, u64 start_ns)
{
	u64 start = of_host ? start_ns_of(tgid) : 0;

	return start && start + FOUND_SLACK_NS > start_ns && start < start_ns + FOUND_SLACK_NS;
}

void procfs_cmdline(u32 tgid, u64 start_ns, char buf[CMDLINE_MAX])
{
	char path[64];
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%u/cmdline", tgid);
	n = started_at(tgid, start_ns) ? read_file(path, buf, CMDLINE_MAX) : 0;
	while (n > 0 && !buf[n - 1])
		n--;
	n = n < 0 ? 0 : n;
	for (ssize_t i = 0; i < n; i++)
		if (!buf[i])
			buf[i] = ' ';
	buf[n] = '\0';
}

/*
 * Tells how much we learn from a hierarchy, judged by what precedes the path in its line:
 * "id:controllers:".
 */
enum worth { WORTH_NOTHING, WORTH_CONTROLLERS, WORTH_NAMED, WORTH_UNIFIED, WORTH_SYSTEMD };

/*
 * Where both versions of cgroups are mounted (cgroups(7)), systemd and the container engines keep
 * their own hierarchy complete, and some of them do not use the unified one. Without systemd, the
 * engines use only the hierarchies of controllers, with the same path in each.
 */
static enum worth worth_of(const char *controllers, const char *path)
{
	if (!strcmp(path, "/"))
		return WORTH_NOTHING;
	if (!strcmp(controllers, "name=systemd"))
		return WORTH_SYSTEMD;
	if (!*controllers)
		return WORTH_UNIFIED;
	return strncmp(controllers, "name=", 5) ? WORTH_CONTROLLERS : WORTH_NAMED;
}

/*
 * The kernel appends " (deleted)" when a cgroup has been removed while a process that ended in it
 * still exists.
 */
static void cut_deleted(char *path)
{
	static const char deleted[] = " (deleted)";
	size_t len = strlen(path), n = sizeof(deleted) - 1;

	if (len > n && !strcmp(path + len - n, deleted))
		path[len - n] = '\0';
}

const char *procfs_choose_cgroup(char *text)
{
	const char *found = NULL;
	enum worth most = WORTH_NOTHING;
	char *line;

	while ((line = strsep(&text, "\n"))) {
		char *controllers = strchr(line, ':');
		char *path = controllers ? strchr(controllers + 1, ':') : NULL;
		enum worth worth;

		if (!path || path[1] != '/')
			continue;
		*path++ = '\0';
		cut_deleted(path);
		worth = worth_of(controllers + 1, path);
		if (found && worth <= most)
			continue;
		found = path;
		most = worth;
	}
	return found;
}

static char *cgroup_of(u32 tgid)
{
	/*
	 * The buffer is too large for the stack. It can be static, since only one thread comes
	 * here.
	 */
	static char buf[CGROUP_FILE_MAX];
	char path[64];
	const char *chosen;

	snprintf(path, sizeof(path), "/proc/%u/cgroup", tgid);
	if (read_file(path, buf, sizeof(buf)) <= 0)
		return NULL;
	chosen = procfs_choose_cgroup(buf);
	return chosen ? xstrdup(chosen) : NULL;
}

char *procfs_cgroup(u32 tgid, u64 start_ns)
{
	return started_at(tgid, start_ns) ? cgroup_of(tgid) : NULL;
}

char *procfs_cgroup_of_init(void)
{
	return of_host ? cgroup_of(1) : NULL;
}

/*
 * Returns the value of "Key:\tvalue\n" in the text of a status file; NULL: the key is not there.
 * The function cuts the text up.
 */
static char *status_value(char *text, const char *key)
{
	char *line;

	/*
	 * Keys count only at the start of a line, since a task's name may contain any key. (The
	 * kernel escapes newlines in the name.)
	 */
	while ((line = strsep(&text, "\n")))
		if (!strncmp(line, key, strlen(key)))
			return line + strlen(key) + strspn(line + strlen(key), "\t ");
	return NULL;
}

bool procfs_is_ending(u32 tgid)
{
	unsigned long long flags;

	return !stat_field(tgid, 9, &flags) || flags & PF_EXITING;
}

bool procfs_identify(u32 tid, u32 birth, struct task_record *r)
{
	char path[64], buf[4096], *tgid;
	u64 start;
	s32 off; /* birth minus that of the tick's beginning; a birth wraps every 73 minutes */

	snprintf(path, sizeof(path), "/proc/%u/status", tid);
	if (!of_host || read_file(path, buf, sizeof(buf)) <= 0)
		return false;
	tgid = status_value(buf, "Tgid:");
	start = start_ns_of(tid);
	off = (s32)(birth - BIRTH_OF(start));
	if (!tgid || !start || off > FOUND_SLACK || off < -FOUND_SLACK)
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
