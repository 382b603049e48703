// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Keeps the tables up to date from the rings, from the kernel where events were lost, and from
 * /proc.
 */
#include <string.h>

#include "common/clock.h"
#include "common/error.h"
#include "daemon_private.h"
#include "tables/procfs.h"

/*
 * Reading /proc: how long while the rings wait, how often, how soon after a task event, and how
 * soon when groups are left to read.
 */
#define DETAILS_SLICE_NS (2 * MS)
#define DETAILS_PERIOD_NS (1000 * MS)
#define DETAILS_SOON_NS (100 * MS)
#define DETAILS_PAUSE_NS (10 * MS)
/*
 * How long ended tasks wait at most to be freed by a sync of all CPUs: usually, and when there are
 * more than MUCH_ENDED.
 */
#define SETTLE_PERIOD_NS (1000 * MS)
#define SETTLE_SOON_NS (5 * MS)
#define MUCH_ENDED 4096
/* How long the task list is read while the rings wait. */
#define RESYNC_SLICE_NS (2 * MS)
/*
 * How often to check whether the task list must be read, regardless of the interval of
 * publications.
 */
#define MEND_PERIOD_NS (1000 * MS)
void daemon_note_pause(struct daemon *d)
{
	control_note_pause(d->control, clock_ns() - d->drained_ns);
}

void daemon_drain(struct daemon *d)
{
	daemon_note_pause(d);
	collector_drain(d->collector);
	d->drained_ns = clock_ns();
	if (proc_details_waiting(d->details) && d->details_due_ns > d->drained_ns + DETAILS_SOON_NS)
		d->details_due_ns = d->drained_ns + DETAILS_SOON_NS;
}

/* Takes existing tasks. There may be many, so the rings are drained in between. */
static void on_existing_tasks(void *ctx, const struct task_record *r, size_t n)
{
	struct daemon *d = ctx;

	for (size_t i = 0; i < n; i++) {
		/* Tell captures of the tasks whose events were lost. */
		if (d->host.start_ns &&
		    !task_table_knows(d->tasks, r[i].tid, BIRTH_OF(r[i].start_ns)))
			recorder_task(d->recorder, &r[i], NULL);
		task_table_event(d->tasks, &r[i]);
	}
	/* Before the start, no switch program is attached and there is nothing to drain. */
	if (d->host.start_ns && clock_ns() - d->drained_ns > RESYNC_SLICE_NS)
		daemon_drain(d);
}

static bool lives(u32 tid, u32 birth)
{
	struct task_record r;

	return procfs_identify(tid, birth, &r);
}

int daemon_read_existing_tasks(struct daemon *d)
{
	int err;

	task_table_resync_begin(d->tasks, clock_boot_ns());
	err = probes_each_task(d->probes, on_existing_tasks, d);
	if (!err)
		task_table_resync_end(d->tasks, clock_ns(), lives);
	return err;
}

void daemon_sync_all(struct daemon *d)
{
	u64 begin = clock_ns();
	int err;

	daemon_note_pause(d);
	err = collector_sync(d->collector, true);
	if (err)
		warn("cannot flush a CPU: %s", strerror(-err));
	else
		task_table_settle(d->tasks, begin);
	d->synced_ns = begin;
	d->drained_ns = clock_ns();
}

/*
 * Frees ended tasks in time regardless of the interval of publications, since the table is sized
 * for live tasks.
 */
static u64 settle_due_ns(const struct daemon *d)
{
	size_t n = task_table_nr_unsettled(d->tasks);

	if (!n)
		return UINT64_MAX;
	return d->synced_ns + (n > MUCH_ENDED ? SETTLE_SOON_NS : SETTLE_PERIOD_NS);
}

static void settle_if_due(struct daemon *d)
{
	if (clock_ns() > settle_due_ns(d))
		daemon_sync_all(d);
}

void daemon_read_details(struct daemon *d)
{
	bool more = proc_details_read(d->details, DETAILS_SLICE_NS);

	d->details_due_ns = clock_ns() + (more ? DETAILS_PAUSE_NS : DETAILS_PERIOD_NS);
}

/* Samples the totals of the last minute, regardless of the interval of publications. */
static void note_totals(struct daemon *d)
{
	struct accounting now;

	collector_fill_accounting(d->collector, &now);
	control_note(d->control, clock_ns(), &now);
}

int daemon_due_ms(const struct daemon *d)
{
	u64 now = clock_ns(), settle_ns = settle_due_ns(d);
	u64 due_ns = settle_ns < d->details_due_ns ? settle_ns : d->details_due_ns;

	return now < due_ns ? (int)((due_ns - now + MS - 1) / MS) : 0;
}

void daemon_mend_tasks(struct daemon *d)
{
	u64 lost = probes_task_events_lost(d->probes);
	int err;

	d->mended_ns = clock_ns();
	if (lost == d->lost_seen && !task_table_overdue(d->tasks, clock_ns()))
		return;
	if (lost != d->lost_seen)
		proc_details_note_all(d->details);
	d->lost_seen = lost;
	err = daemon_read_existing_tasks(d);
	if (err)
		warn("cannot read the list of tasks: %s; some names may be old", strerror(-err));
}

/*
 * Reads /proc between publications, too: the cgroup of a process cannot be read after it has
 * exited.
 */
static void read_details_if_due(struct daemon *d)
{
	if (clock_ns() < d->details_due_ns)
		return;
	daemon_drain(d);
	if (clock_ns() - d->mended_ns > MEND_PERIOD_NS)
		daemon_mend_tasks(d);
	daemon_read_details(d);
	note_totals(d);
}

void daemon_keep_up(struct daemon *d)
{
	read_details_if_due(d);
	settle_if_due(d);
	daemon_note_pause(d);
}
