/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The tasks of a trace: their names, thread groups, applications and charges. */
#ifndef TVTRACE_REPORT_TRACE_TASKS_H
#define TVTRACE_REPORT_TRACE_TASKS_H

#include <stdbool.h>
#include <stddef.h>

#include "common/charges.h"
#include "common/text.h"
#include "trace.pb-c.h"

struct trace_application {
	char *name;
	const char *kind; /* "unit", "container", "cgroup", "comm" */
};

/*
 * One life of a task: a later task may reuse its tid. Text is printable. Times are in the clock of
 * the trace.
 */
struct traced {
	u32 tid, tgid, ppid;
	bool kernel;
	u64 born_ns;  /* 0: created before the trace, or unknown */
	u64 ended_ns; /* 0: the trace does not show its end */
	u64 known_ns; /* when the trace mentions it first */
	u64 start_ns; /* start time by /proc or by its creation event; 0: unknown */
	u64 name_ns;
	char name[NAME_LEN]; /* "": unknown */
	char *cmdline;	     /* NULL: unknown */
	struct traced *older;
	struct charges charges;
	struct created created; /* by all of the thread group that it leads */
	u64 unlabelled;		/* switches into the task of unknown kind */
	/* Set when rows are made (trace_rows.c): */
	const struct traced *leader;
	const char *application, *kind; /* of the group that it leads; NULL: it leads none */
	size_t row; /* index of the row of the group that it leads, plus 1; 0: none yet */
};

struct trace_tasks;

struct trace_tasks *trace_tasks_new(void);
void trace_tasks_free(struct trace_tasks *t);

/* Sets the end of the window: a later name is used only for a task that has no other. */
void trace_tasks_until(struct trace_tasks *t, u64 ns);

/*
 * Returns the task that had this tid at that time, and adds it if it is new. The result is owned by
 * trace_tasks; NULL: there are too many tasks.
 */
struct traced *trace_tasks_get(struct trace_tasks *t, u32 tid, u64 ts_ns);

/* Like trace_tasks_get(), but returns NULL instead of adding a task. */
struct traced *trace_tasks_find(const struct trace_tasks *t, u32 tid, u64 ts_ns);

/* Names a task. Both task and comm may be NULL, which does nothing. */
void trace_tasks_name(const struct trace_tasks *t, struct traced *task, const char *comm,
		      u64 ts_ns);

void trace_tasks_tree(struct trace_tasks *t, const ProcessTree *tree, u64 ts_ns);

/*
 * Takes the creation, renaming or end of a task; ignores all other events. A creation is charged to
 * its creator's group if it is `counted`.
 */
void trace_tasks_event(struct trace_tasks *t, const FtraceEvent *e, bool counted);

void trace_tasks_set_application(struct trace_tasks *t, u32 tgid, const char *name,
				 const char *kind);

/* Returns NULL if the trace does not tell the application of the group. */
const struct trace_application *trace_tasks_application(const struct trace_tasks *t, u32 tgid);

size_t trace_tasks_count(const struct trace_tasks *t);
struct traced *trace_tasks_at(const struct trace_tasks *t, size_t i);

#endif
