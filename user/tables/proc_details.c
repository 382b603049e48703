// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "tables/proc_details.h"

#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/clock.h"
#include "common/queue.h"
#include "tables/cmdlines.h"
#include "tables/procfs.h"

/* Longer than any finite budget; the limit keeps start + budget from overflowing. */
#define LONG_NS (3600 * NSEC_PER_SEC)

struct proc_details {
	struct task_table *tasks;
	struct cmdlines *cmdlines; /* NULL: command lines are not wanted */
	u32 *slots;		   /* a ring: the slots of the groups to be read */
	struct queue waiting;	   /* of `slots` */
	bool *queued;		   /* by slot: the group is waiting */
	bool missed; /* one command line hung, and the queue was full: some were not asked for */
};

static void note(void *ctx, const struct group *g)
{
	struct proc_details *d = ctx;

	if (d->queued[g->index])
		return;
	d->queued[g->index] = true;
	d->slots[queue_push(&d->waiting)] = g->index;
}

/*
 * PID 1 is in the root of the host's cgroups, or in a scope directly below it, so its path shows
 * how many levels above ours that root is.
 */
static void find_root(void)
{
	char *cgroup = procfs_cgroup_of_init();

	if (cgroup)
		application_set_root(application_levels_up(cgroup));
	free(cgroup);
}

struct proc_details *proc_details_new(struct task_table *tasks, size_t max_groups, bool cmdline)
{
	struct proc_details *d = xcalloc(1, sizeof(*d));

	d->tasks = tasks;
	d->cmdlines = cmdline ? cmdlines_new() : NULL;
	if (cmdline && !d->cmdlines) {
		free(d);
		return NULL;
	}
	find_root();
	d->waiting.room = max_groups + 1; /* one more for the idle tasks */
	d->slots = xcalloc(d->waiting.room, sizeof(*d->slots));
	d->queued = xcalloc(d->waiting.room, sizeof(*d->queued));
	task_table_on_unread(tasks, note, d);
	return d;
}

void proc_details_free(struct proc_details *d)
{
	if (!d)
		return;
	cmdlines_free(d->cmdlines);
	free(d->slots);
	free(d->queued);
	free(d);
}

static bool is_root(const char *cgroup)
{
	return !strcmp(cgroup, "/");
}

void proc_details_note_all(struct proc_details *d)
{
	for (size_t i = 0; i < task_table_group_slots(d->tasks); i++) {
		struct group *g = task_table_group(d->tasks, i);

		if (!g)
			continue;
		g->details_read = false;
		note(d, g);
	}
}

/*
 * Returns whether path is the root only because the process, or its leader, is ending: cgroup
 * version 1 moves an ending task there. The process was not in the root before.
 */
static bool left_by_ending(const struct group *g, const char *path)
{
	return is_root(path) && g->cgroup && !is_root(g->cgroup) && procfs_is_ending(g->tgid);
}

static bool read_cgroup(struct group *g)
{
	char *path = procfs_cgroup(g->tgid, g->start_ns);

	if (path && !left_by_ending(g, path))
		return group_set_cgroup(g, path);
	free(path);
	return false;
}

static void read_group(struct proc_details *d, struct group *g)
{
	g->details_read = true;
	if (read_cgroup(g))
		task_table_described(d->tasks, g);
	if (d->cmdlines && !cmdlines_ask(d->cmdlines, g->tgid, g->start_ns, g->index))
		d->missed = true;
}

/*
 * Takes one result. A process that has gone keeps the command line that it had. Returns whether a
 * result came.
 */
static bool take_cmdline(struct proc_details *d, u64 until_ns)
{
	struct cmdline c;
	struct group *g;

	if (!cmdlines_take(d->cmdlines, &c, until_ns))
		return false;
	g = task_table_group(d->tasks, c.slot);
	if (!*c.text || !g || g->tgid != c.tgid || g->start_ns != c.start_ns)
		return true;
	free(g->cmdline);
	g->cmdline = xstrdup(c.text);
	task_table_described(d->tasks, g);
	return true;
}

/*
 * Takes results until there is room for one more request. Returns whether there is, or no result
 * will come that could make room.
 */
static bool make_room(struct proc_details *d, u64 until_ns)
{
	while (d->cmdlines && cmdlines_full(d->cmdlines) && cmdlines_pending(d->cmdlines))
		if (!take_cmdline(d, until_ns) && clock_ns() >= until_ns)
			return false;
	return true;
}

/* Takes all results that come until until_ns. Returns whether some are still to come. */
static bool take_cmdlines(struct proc_details *d, u64 until_ns)
{
	while (d->cmdlines && cmdlines_pending(d->cmdlines))
		if (!take_cmdline(d, until_ns) && clock_ns() >= until_ns)
			return true;
	return false;
}

/*
 * Once the hung read goes on and the queue has room, notes all groups without a command line again,
 * because the groups that were not asked for are among them.
 */
static void note_missed(struct proc_details *d)
{
	if (!d->missed || cmdlines_full(d->cmdlines))
		return;
	d->missed = false;
	for (size_t i = 0; i < task_table_group_slots(d->tasks); i++) {
		struct group *g = task_table_group(d->tasks, i);

		if (!g || g->cmdline || g->kernel)
			continue;
		g->details_read = false;
		note(d, g);
	}
}

bool proc_details_waiting(const struct proc_details *d)
{
	return d->waiting.n || (d->cmdlines && cmdlines_pending(d->cmdlines));
}

bool proc_details_read(struct proc_details *d, u64 budget_ns)
{
	u64 start = clock_ns(), until = start + (budget_ns < LONG_NS ? budget_ns : LONG_NS);

	note_missed(d);
	while (d->waiting.n && clock_ns() < until && make_room(d, until)) {
		u32 slot = d->slots[queue_pop(&d->waiting)];
		struct group *g = task_table_group(d->tasks, slot);

		d->queued[slot] = false;
		if (g && g->tgid && g->threads && !g->details_read)
			read_group(d, g);
	}
	return take_cmdlines(d, until) || d->waiting.n;
}
