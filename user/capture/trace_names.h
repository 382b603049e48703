/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What tasks are called in a trace, and were called before. */
#ifndef TVTRACED_CAPTURE_TRACE_NAMES_H
#define TVTRACED_CAPTURE_TRACE_NAMES_H

#include <stdbool.h>

#include "collect/recorder.h"
#include "common/text.h"

/* Of how many names of a task it is known when they were its names. */
enum { TRACE_NAMES = 8 };

/* A name, escaped: each is there only once. */
struct trace_name {
	char text[NAME_LEN];
	u32 bundle; /* the last bundle that has it in its table, and where */
	u32 place;
};

struct trace_names;

/* A name since some time. */
struct name_since {
	u64 ns;
	struct trace_name *name;
};

/* One life of a task. */
struct traced_task {
	u32 tid, birth, tgid;
	u32 nr_names;
	struct name_since names[TRACE_NAMES]; /* the last ones, in order of time */
	bool rewound; /* the name is what it was at the beginning of the trace */
	bool created; /* the trace has its creation */
	bool told;    /* the trace says what it is part of */
	bool ended;   /* its exit was the last that was heard of it */
	size_t place; /* the list's own */
};

struct trace_names *trace_names_new(void);
void trace_names_free(struct trace_names *n);

/* Adds it if need be. comm is used only when it is new; "": not known. */
struct traced_task *trace_names_task(struct trace_names *n, u32 tid, u32 birth, u32 tgid,
				     const char *comm);

/* NULL: not known. */
struct traced_task *trace_names_find(const struct trace_names *n, u32 tid, u32 birth);

/* Goes back to what the task was called before that event, the first one that is heard of. */
void trace_names_rewind(struct trace_names *n, const struct task_frame *f);

/* What the event makes of its name. */
struct traced_task *trace_names_apply(struct trace_names *n, const struct task_frame *f);

/* Its name at that time; t may be NULL. */
struct trace_name *trace_names_at(struct trace_names *n, const struct traced_task *t, u32 tid,
				  u64 ts_ns);

#endif
