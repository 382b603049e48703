/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a capture should contain, and what was known of tasks when it began. */
#ifndef TVTRACED_CAPTURE_TRACE_SETUP_H
#define TVTRACED_CAPTURE_TRACE_SETUP_H

#include <stdbool.h>

#include "tables/task_table.h"

enum { TRACE_NAME_LEN = 256 };

/* What is known of a task when a capture begins. */
struct trace_task {
	u32 tid, birth, tgid;
	char comm[COMM_LEN];
};

struct trace_group {
	u32 tgid, parent_tgid;
	u64 start_ns; /* CLOCK_BOOTTIME */
	bool kernel;
	char *name;	   /* command line or comm, escaped; owned */
	char *application; /* escaped; owned */
	const char *application_kind;
};

/* The client's request, and what was known when the capture began. The capture owns the setup. */
struct trace_setup {
	u64 begin_ns, end_ns; /* requested time, CLOCK_MONOTONIC; other switches are left out */
	u64 now_ns;	      /* the tasks and groups below were copied before this time */
	u64 lead_ns;	      /* lead of CLOCK_BOOTTIME over CLOCK_MONOTONIC at now_ns */
	u32 cpus;	      /* number of possible CPUs */
	int cpu;	      /* only this CPU; -1: all */
	u32 tgid;	      /* only this thread group; 0: all */
	char *application;    /* only this application, escaped; owned; NULL: all */
	bool compress;
	const char *cost_source;
	u64 cost_bias_ns;
	bool tlb; /* some costs contain the counting of what switches do to the TLB */
	struct trace_task *tasks;
	size_t nr_tasks, room_tasks;
	struct trace_group *groups;
	size_t nr_groups, room_groups;
	size_t next_thread, next_group; /* task table slots to copy next */
};

/*
 * Copies the task table into s, continuing where the last call stopped, until until_ns
 * (CLOCK_MONOTONIC) at most. Returns true when the copy is complete. Tasks may come and go between
 * calls: a task that is listed all the time is copied.
 */
bool trace_setup_fill(struct trace_setup *s, const struct task_table *tasks, u64 until_ns);

/* Tells whether any copied group belongs to the application. */
bool trace_setup_has(const struct trace_setup *s, const char *application);

/* Frees what s owns and clears s. */
void trace_setup_release(struct trace_setup *s);

#endif
