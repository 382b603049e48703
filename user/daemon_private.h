/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Inside of the daemon: daemon_start.c, which makes and ends it, daemon_tables.c, which keeps its
 * tables true, and daemon.c, which runs its loop.
 */
#ifndef TVTRACED_DAEMON_PRIVATE_H
#define TVTRACED_DAEMON_PRIVATE_H

#include <stdbool.h>

#include "collect/collector.h"
#include "collect/publication.h"
#include "collect/recorder.h"
#include "control/control.h"
#include "daemon.h"
#include "loop.h"
#include "options.h"
#include "outputs/outputs.h"
#include "probes/probes.h"
#include "tables/proc_details.h"

#define MS (NSEC_PER_SEC / 1000)

struct daemon {
	const struct options *options;
	struct probes *probes;
	struct task_table *tasks;
	struct collector *collector;
	struct proc_details *details;
	struct recorder *recorder;
	struct outputs *outputs;
	struct control *control; /* NULL: none */
	struct host_facts host;
	struct publication publication;
	u64 lost_seen; /* task events lost as of the last resync */
	u64 details_due_ns;
	u64 synced_ns; /* when all CPUs were drained last, and tasks that had ended settled */
	u64 mended_ns;
	u64 waited_ns;	/* until when it had nothing to do */
	u64 drained_ns; /* until when the rings were drained, or nothing was to be done */
	struct loop loop;
	int timer_fd, stop_fd, signal_fd;
	bool stop;
	bool told; /* to stop, by a signal */
	int status;
};

/* Everything up to the attached switch programs and the loop. Returns an exit status. */
int daemon_start(struct daemon *d, const struct features *f);

/* Frees all of it, however far daemon_start came. */
void daemon_cleanup(struct daemon *d);

/* Has the loop call the daemon's functions. Returns 0 or -errno. */
int daemon_watch(struct daemon *d);

/* A snapshot of this moment for the control socket; ctx is the daemon. */
void daemon_fill_snapshot(void *ctx, struct snapshot *s);

/* Notes how long the rings have waited for something else to be done. */
void daemon_note_pause(struct daemon *d);

/* Takes what waits in the rings. */
void daemon_drain(struct daemon *d);

/* Flushes and drains all CPUs, so that all counts are of now. */
void daemon_sync_all(struct daemon *d);

/* What tasks exist, from the kernel. Returns 0 or -errno. */
int daemon_read_existing_tasks(struct daemon *d);

/* Events that did not fit their ring, or last switches that were spilled: ask the kernel anew. */
void daemon_mend_tasks(struct daemon *d);

/* A slice of what only /proc tells. */
void daemon_read_details(struct daemon *d);

/*
 * To be called each time that the loop has done something: what is due of the table, of /proc and
 * of the totals of the last minute.
 */
void daemon_keep_up(struct daemon *d);

/* How long the loop may sleep until something of that is due, in ms. */
int daemon_due_ms(const struct daemon *d);

#endif
