/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a capture is to contain, and what was known of tasks when it began. */
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

/* All that is wanted, and what was known when it began. The capture owns it. */
struct trace_setup {
	u64 begin_ns, end_ns; /* CLOCK_MONOTONIC; switches outside are left out */
	u64 now_ns;	      /* all below was so before */
	u64 lead_ns;	      /* how far CLOCK_BOOTTIME was ahead then */
	u32 cpus;	      /* possible */
	int cpu;	      /* of this CPU only; -1: of all */
	u32 tgid;	      /* of this thread group only; 0: of all */
	char *application;    /* of this one only, escaped; owned; NULL: of all */
	bool compress;
	const char *cost_source;
	u64 cost_bias_ns;
	struct trace_task *tasks;
	size_t nr_tasks, room_tasks;
	struct trace_group *groups;
	size_t nr_groups, room_groups;
	size_t next_thread, next_group; /* slots to be copied next */
};

/*
 * Copies what is listed into s, and goes on where it was before; true: that was all. Tasks may come
 * and go meanwhile: a task that was listed all the time is in it.
 */
bool trace_setup_fill(struct trace_setup *s, const struct task_table *tasks, u64 until_ns);

/* Whether a group belongs to that application. */
bool trace_setup_has(const struct trace_setup *s, const char *application);

/* Frees that. */
void trace_setup_release(struct trace_setup *s);

#endif
