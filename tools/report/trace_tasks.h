/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The tasks of a trace: what they are called, what they are part of, and what they are charged. */
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

/* One life of a task; its id may be another's later. Text is printable. Times as in the trace. */
struct traced {
	u32 tid, tgid, ppid;
	bool kernel;
	u64 born_ns;  /* 0: before the trace, or not known */
	u64 ended_ns; /* 0: not in the trace */
	u64 known_ns; /* the first time that it was heard of */
	u64 start_ns; /* as /proc told; 0: not known */
	u64 name_ns;
	char name[NAME_LEN]; /* "": not known */
	char *cmdline;	     /* NULL: not known */
	struct traced *older;
	struct charges charges;
	u64 unlabelled; /* switches into it of unknown kind */
	/* Once there are rows; see trace_rows.c: */
	const struct traced *leader;
	size_t row; /* of a leader's group, from 1 */
};

struct trace_tasks;

struct trace_tasks *trace_tasks_new(void);
void trace_tasks_free(struct trace_tasks *t);

/* Names that came later do not count, but for tasks that had none. */
void trace_tasks_until(struct trace_tasks *t, u64 ns);

/* Who had this id at that time, made if need be; NULL: there are too many. The tasks' own. */
struct traced *trace_tasks_get(struct trace_tasks *t, u32 tid, u64 ts_ns);

/* The same, of those that are there. */
struct traced *trace_tasks_find(const struct trace_tasks *t, u32 tid, u64 ts_ns);

/* task may be NULL, comm as well. */
void trace_tasks_name(const struct trace_tasks *t, struct traced *task, const char *comm,
		      u64 ts_ns);

void trace_tasks_tree(struct trace_tasks *t, const ProcessTree *tree, u64 ts_ns);

/* A creation, renaming or end; anything else is ignored. */
void trace_tasks_event(struct trace_tasks *t, const FtraceEvent *e);

void trace_tasks_set_application(struct trace_tasks *t, u32 tgid, const char *name,
				 const char *kind);

/* NULL: not told. */
const struct trace_application *trace_tasks_application(const struct trace_tasks *t, u32 tgid);

size_t trace_tasks_count(const struct trace_tasks *t);
struct traced *trace_tasks_at(const struct trace_tasks *t, size_t i);

#endif
