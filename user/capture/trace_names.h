/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The names that tasks have in a trace, and the names that they had before. */
#ifndef TVTRACED_CAPTURE_TRACE_NAMES_H
#define TVTRACED_CAPTURE_TRACE_NAMES_H

#include <stdbool.h>

#include "collect/recorder.h"
#include "common/text.h"
#include "creation.h"

/* For each task, so many of its latest names are kept with the times when they were set. */
enum { TRACE_NAMES = 8 };

/* An escaped name; each distinct name exists only once. */
struct trace_name {
	char text[NAME_LEN];
	u32 bundle; /* the last bundle whose table contains this name */
	u32 place;
};

struct trace_names;

/* A name that a task has had since some time. */
struct name_since {
	u64 ns;
	struct trace_name *name;
};

/* One task, identified by tid and birth. */
struct traced_task {
	u32 tid, birth, tgid;
	u32 nr_names;
	struct name_since names[TRACE_NAMES]; /* the latest names, in order of time */
	bool rewound;		/* names[0] is the name that the task had when the trace began */
	enum creation creation; /* NR_CREATIONS: not known yet */
	bool created;		/* the trace contains the task's creation */
	bool told;		/* the trace already says which thread group the task belongs to */
	bool ended;		/* the last event of the task was its exit */
	size_t place;		/* index in the list of tasks */
};

struct trace_names *trace_names_new(void);
void trace_names_free(struct trace_names *n);

/* Finds the task, or adds it. comm is used only for a new task; "": the name is not known. */
struct traced_task *trace_names_task(struct trace_names *n, u32 tid, u32 birth, u32 tgid,
				     const char *comm);

/* Returns NULL for an unknown task. */
struct traced_task *trace_names_find(const struct trace_names *n, u32 tid, u32 birth);

/*
 * Sets the task's first name to the one that it had before this event. Only the first event of a
 * task changes the name.
 */
void trace_names_rewind(struct trace_names *n, const struct task_frame *f);

/* Applies an event to the task's name and state. Adds the task if it is not known. */
struct traced_task *trace_names_apply(struct trace_names *n, const struct task_frame *f);

/* The task's name at that time. t may be NULL; then tid tells the idle task from an unknown one. */
struct trace_name *trace_names_at(struct trace_names *n, const struct traced_task *t, u32 tid,
				  u64 ts_ns);

#endif
