/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * One capture: what the flight recorder has, and what comes next, written to a client's file by a
 * thread of its own, so that the event loop never waits for a disk.
 */
#ifndef TVTRACED_CAPTURE_CAPTURE_H
#define TVTRACED_CAPTURE_CAPTURE_H

#include "capture/trace_writer.h"
#include "tables/task_table.h"

struct capture;

/* Once, before the first one. */
void capture_init(void);

/*
 * Takes over fd and *s, and has all that is recorded from s->begin_ns on; what has happened should
 * be recorded (all CPUs flushed). NULL: there are as many captures as may be; both are released.
 */
struct capture *capture_new(struct recorder *r, int fd, struct trace_setup *s);

/*
 * To be called until it does not return -EAGAIN: learns what tasks there are, until until_ns at
 * most, and then begins to write. 0; -ENOENT: there is no such application; or why there is no
 * thread. After an error only capture_free is left to be called.
 */
int capture_prepare(struct capture *c, const struct task_table *tasks, u64 until_ns);

/*
 * From time to time, between the two: what has come since then goes to the file, however little it
 * is. now_ns is CLOCK_MONOTONIC.
 */
void capture_pulse(struct capture *c, u64 now_ns);

/* Nothing more comes: the end has come, or (reason) it ends early. CPUs should be flushed first. */
void capture_finish(struct capture *c, const char *reason);

/* Until when switches are wanted, CLOCK_MONOTONIC. */
u64 capture_end_ns(const struct capture *c);

struct capture_status {
	struct trace_progress progress;
	u64 begin_ns;	/* of what was asked for, CLOCK_MONOTONIC */
	bool finishing; /* no more is taken */
	bool done;	/* the file is complete, or err */
	int err;	/* 0, or -errno of a write; -ENOBUFS: its reader took too little */
};

struct capture_status capture_status(struct capture *c);

/* Lets go of it: a capture that has not finished does so, as its client has gone. */
void capture_free(struct capture *c);

/* From time to time: frees what is left of those that were let go of, once their threads are
 * through. */
void capture_reap(void);

/* Waits until the threads of all that were let go of have ended, for some seconds at most. */
void capture_wait_all(void);

/* How many there are, those that were let go of and still have a thread included. */
unsigned int capture_count(void);

#endif
