// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "advise/memory.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "advise/runtime.h"

enum { PATH = 64, LINE = 512 };

static u64 kb_of(const char *line, const char *key)
{
	size_t len = strlen(key);
	u64 kb;

	return !strncmp(line, key, len) && sscanf(line + len, " %" SCNu64, &kb) == 1 ? kb << 10 : 0;
}

/* A mapping's first line is "begin-end perms offset dev inode path"; inode 0 is of no file. */
static bool is_mapping(const char *line, bool *of_file)
{
	u64 inode;

	if (sscanf(line, "%*x-%*x %*s %*x %*x:%*x %" SCNu64, &inode) != 1)
		return false;
	*of_file = inode != 0;
	return true;
}

/* Returns 0 or an errno. */
static int read_smaps(u32 tgid, struct process_memory *m)
{
	char path[PATH], line[LINE];
	bool of_file = false;
	FILE *f;
	int err;

	snprintf(path, sizeof(path), "/proc/%" PRIu32 "/smaps", tgid);
	f = fopen(path, "re");
	if (!f)
		return errno;
	errno = 0;
	while (fgets(line, sizeof(line), f)) {
		u64 own;

		if (is_mapping(line, &of_file))
			continue;
		own = kb_of(line, "Private_Clean:") + kb_of(line, "Private_Dirty:");
		m->pss += kb_of(line, "Pss:");
		m->uss += own;
		m->file_private += of_file ? own : 0;
	}
	err = ferror(f) ? errno : 0;
	fclose(f);
	return err;
}

static void read_page_tables(u32 tgid, struct process_memory *m)
{
	char path[PATH], line[LINE];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%" PRIu32 "/status", tgid);
	f = fopen(path, "re");
	while (f && fgets(line, sizeof(line), f))
		m->page_tables += kb_of(line, "VmPTE:");
	if (f)
		fclose(f);
}

static const char *reason_of(int err)
{
	return err == EACCES || err == EPERM ? "only root may read it" : "it cannot be read";
}

static void add_process(struct memory *sum, struct process_memory *largest, u32 tgid)
{
	struct process_memory m = {.tgid = tgid};
	int err;

	if (sum->processes == MEMORY_MOST_PROCESSES) {
		sum->unread++;
		sum->why = "64 are enough";
		return;
	}
	err = read_smaps(tgid, &m);
	if (err == ENOENT || err == ESRCH)
		return;
	if (err) {
		sum->unread++;
		sum->why = reason_of(err);
		return;
	}
	read_page_tables(tgid, &m);
	sum->each[sum->processes++] = m;
	sum->pss += m.pss;
	sum->uss += m.uss;
	sum->surely += m.file_private + m.page_tables;
	sum->perhaps += m.uss - m.file_private;
	if (m.uss > largest->uss)
		*largest = m;
}

struct memory memory_of(const struct trace_model *m, const struct row *application)
{
	const struct trace_tasks *tasks = trace_model_tasks(m);
	struct process_memory largest = {0};
	struct memory sum = {0};

	for (size_t i = 0; i < trace_tasks_count(tasks); i++) {
		const struct traced *t = trace_tasks_at(tasks, i);

		if (t->application && !t->ended_ns && !strcmp(t->application, application->name) &&
		    !strcmp(t->kind, application->kind) && runtime_is_same(t->tgid, t->start_ns))
			add_process(&sum, &largest, t->tgid);
	}
	sum.surely -= largest.file_private + largest.page_tables;
	sum.perhaps -= largest.uss - largest.file_private;
	return sum;
}
