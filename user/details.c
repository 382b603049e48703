// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "details.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "alloc.h"
#include "procfs.h"

struct details {
	struct task_table *tasks;
	bool cmdline;
	u32 *queue; /* slots of groups, a circle */
	size_t first, waiting, room;
	bool *queued; /* by slot */
};

static void note(void *ctx, const struct group *g)
{
	struct details *d = ctx;

	if (d->queued[g->index])
		return;
	d->queued[g->index] = true;
	d->queue[(d->first + d->waiting++) % d->room] = g->index;
}

struct details *details_new(struct task_table *tasks, size_t max_groups, bool cmdline)
{
	struct details *d = xcalloc(1, sizeof(*d));

	d->tasks = tasks;
	d->cmdline = cmdline;
	d->room = max_groups + 1; /* and the idle tasks */
	d->queue = xcalloc(d->room, sizeof(*d->queue));
	d->queued = xcalloc(d->room, sizeof(*d->queued));
	task_table_on_unread(tasks, note, d);
	return d;
}

void details_free(struct details *d)
{
	if (!d)
		return;
	free(d->queue);
	free(d->queued);
	free(d);
}

static bool is_root(const char *cgroup)
{
	return !strcmp(cgroup, "/");
}

void details_note_all(struct details *d)
{
	for (size_t i = 0; i < task_table_group_slots(d->tasks); i++) {
		struct group *g = task_table_group(d->tasks, i);

		if (!g)
			continue;
		g->details_read = false;
		note(d, g);
	}
}

/* A process that has ended, or whose leader has, is in the root with version 1; it was not. */
static bool left_by_ending(const struct group *g, const char *path)
{
	return is_root(path) && g->cgroup && !is_root(g->cgroup) && procfs_is_ending(g->tgid);
}

static bool read_cgroup(struct group *g)
{
	char *path = procfs_cgroup(g->tgid);

	if (path && !left_by_ending(g, path))
		return group_set_cgroup(g, path);
	free(path);
	return false;
}

static bool read_cmdline(struct group *g)
{
	char *cmdline = procfs_cmdline(g->tgid);

	if (!cmdline)
		return false;
	free(g->cmdline);
	g->cmdline = cmdline;
	return true;
}

/* What has gone keeps what it had. */
static void read_group(struct details *d, struct group *g)
{
	bool changed;

	g->details_read = true;
	changed = read_cgroup(g);
	if (d->cmdline)
		changed |= read_cmdline(g);
	if (changed)
		task_table_described(d->tasks, g);
}

static u64 now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (u64)t.tv_sec * 1000000000 + (u64)t.tv_nsec;
}

bool details_waiting(const struct details *d)
{
	return d->waiting;
}

bool details_read(struct details *d, u64 budget_ns)
{
	u64 start = now_ns();

	while (d->waiting && now_ns() - start < budget_ns) {
		u32 slot = d->queue[d->first];
		struct group *g = task_table_group(d->tasks, slot);

		d->first = (d->first + 1) % d->room;
		d->waiting--;
		d->queued[slot] = false;
		if (g && g->tgid && g->threads && !g->details_read)
			read_group(d, g);
	}
	return d->waiting;
}
