/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * One capture: the flight recorder's past and following contents are written to a client's file.
 * Each capture has a thread of its own, so that the event loop never waits for a disk.
 */
#ifndef TVTRACED_CAPTURE_CAPTURE_H
#define TVTRACED_CAPTURE_CAPTURE_H

#include "capture/trace_writer.h"
#include "tables/task_table.h"

struct capture;

/* Call this once, before the first capture. */
void capture_init(void);

/* The user who asked for a capture. The file is written with no more rights than theirs. */
struct capture_owner {
	u32 uid, gid;
};

/*
 * Starts a capture of everything recorded from s->begin_ns on, and takes ownership of fd and *s.
 * All CPUs should have been flushed, so that past switches are in the recorder. Returns NULL when
 * there are already as many captures as allowed, in all or of that owner; fd and *s are released
 * then, too.
 */
struct capture *capture_new(struct recorder *r, int fd, struct trace_setup *s,
			    const struct capture_owner *owner);

/*
 * Copies the task table, until until_ns (CLOCK_MONOTONIC) at most, and once the copy is complete
 * starts to write. Call this again as long as it returns -EAGAIN. Returns 0 on success, -ENOENT
 * when there is no such application, or -errno when the thread cannot be created. After an error,
 * only capture_free() may be called.
 */
int capture_prepare(struct capture *c, const struct task_table *tasks, u64 until_ns);

/*
 * Call this from time to time between capture_prepare() and capture_finish(): it hands what was
 * recorded since the last call to the writer, even if that is little. now_ns is CLOCK_MONOTONIC.
 */
void capture_pulse(struct capture *c, u64 now_ns);

/*
 * Ends the recording, because the requested end was reached or earlier for the given reason (NULL:
 * not early). CPUs should be flushed first. The thread then writes what is still queued.
 */
void capture_finish(struct capture *c, const char *reason);

/* The end of the requested time, CLOCK_MONOTONIC. */
u64 capture_end_ns(const struct capture *c);

struct capture_status {
	struct trace_progress progress;
	u64 begin_ns;	/* requested begin, CLOCK_MONOTONIC */
	bool finishing; /* nothing more is added */
	bool done;	/* the file is complete, or err is set */
	int err;	/* 0, or -errno of a write; -ENOBUFS: the file's reader was too slow */
};

struct capture_status capture_status(struct capture *c);

/*
 * Releases the capture. One that has not finished is finished, with its client's disappearance as
 * the reason. NULL is ignored.
 */
void capture_free(struct capture *c);

/* Frees released captures whose threads have ended. Call this from time to time. */
void capture_reap(void);

/* Waits until the threads of all released captures have ended, for a few seconds at most. */
void capture_wait_all(void);

/* The number of captures, including released ones whose threads have not been joined yet. */
unsigned int capture_count(void);

#endif
