/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The daemon's internals: daemon_start.c sets it up and tears it down, daemon_tables.c keeps its
 * tables up to date, and daemon.c runs its event loop.
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
	struct control *control; /* NULL: no control socket */
	struct host_facts host;
	struct publication publication;
	u64 lost_seen; /* task events lost as of the last resync */
	u64 details_due_ns;
	u64 synced_ns; /* time of the last daemon_sync_all(), which also frees ended tasks */
	u64 mended_ns;
	u64 waited_ns;	/* when the event loop last slept or rested */
	u64 drained_ns; /* when the rings were last drained, or the loop last woke */
	struct loop loop;
	int timer_fd, stop_fd, signal_fd;
	bool stop;
	bool told; /* told to stop, by a signal or hang-up */
	int status;
};

/*
 * Sets up everything, including the attached switch programs and the event loop. Returns an exit
 * status.
 */
int daemon_start(struct daemon *d, const struct features *f);

/* Frees everything that daemon_start() has set up, even if it failed. */
void daemon_cleanup(struct daemon *d);

/* Registers the daemon's file descriptors and handlers with the event loop. Returns 0 or -errno. */
int daemon_watch(struct daemon *d);

/* Fills s as of this moment, for the control socket; ctx is the daemon. */
void daemon_fill_snapshot(void *ctx, struct snapshot *s);

/* Begins or ends to count what switches do to the TLB. Returns 0 or -errno. */
int daemon_count_tlb(void *ctx, bool on);

/* Records how long the ring buffers have waited for other work of the event loop. */
void daemon_note_pause(struct daemon *d);

/* Drains the ring buffers. */
void daemon_drain(struct daemon *d);

/* Flushes and drains all CPUs, so that all counts are as of now. */
void daemon_sync_all(struct daemon *d);

/* Reads the existing tasks from the kernel into the task table. Returns 0 or -errno. */
int daemon_read_existing_tasks(struct daemon *d);

/*
 * Reads the task list again if task events were lost or the last switch of an ended task is overdue
 * (it may have been spilled).
 */
void daemon_mend_tasks(struct daemon *d);

/* Reads one slice of the details that only /proc has. */
void daemon_read_details(struct daemon *d);

/*
 * Call this after each pass of the event loop. Does what is due of the task table, of /proc and of
 * the totals of the last minute.
 */
void daemon_keep_up(struct daemon *d);

/* Returns how long the event loop may sleep before /proc or ended tasks are due again, in ms. */
int daemon_due_ms(const struct daemon *d);

#endif
