/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the client knows of thread groups, threads and applications: kept from reply to reply, and
 * how it grew in between.
 */
#ifndef TVTRACE_MODEL_H
#define TVTRACE_MODEL_H

#include <stdbool.h>
#include <stddef.h>

#include "session.h"
#include "tasks.h"

/*
 * A thread group, a thread, or an application; or what has ended of those: the groups of one
 * program, or the threads of one group. Text is printable, and the model's.
 */
struct row {
	const char *name;	 /* comm, or the application's name */
	const char *application; /* of a group; "" while it is not known */
	const char *kind;	 /* of the application: "unit", "container", "cgroup", "comm" */
	const char *cmdline;	 /* "" without one */
	u32 tgid, ppid;
	u32 tid;      /* of a thread; otherwise 0 */
	u32 threads;  /* alive; of a thread: of its group */
	u32 groups;   /* of an application; otherwise 0 */
	bool ended;   /* it is what has ended; then tgid, tid, ppid and start_ns mean nothing */
	u64 nr_ended; /* since the reply before: threads of a group, otherwise groups */
	u64 start_ns;
	u64 cost_ns;	      /* grown, of all kinds */
	struct charges grown; /* since the reply before */
	struct charges total; /* since the start of tvtraced */
	u64 total_cost_ns;
	u64 unlabelled; /* switches into it of unknown kind: of a trace that does not tell */
	double seconds; /* that `grown` took */
};

struct model;

/* What rows it is to have. */
enum model_what { MODEL_GROUPS, MODEL_THREADS };

/* tgid: of this group only; 0: all. session stays the caller's. */
struct model *model_new(struct session *session, enum model_what what, u32 tgid);
void model_free(struct model *m);

/*
 * Asks once more; from the second time on rows have grown. Returns an exit status as session_ask
 * does.
 */
int model_refresh(struct model *m);

/*
 * As of the last refresh; the rows are valid until the next one. In no particular order: what
 * lives, and what ended and has grown since the refresh before.
 */
size_t model_nr_rows(const struct model *m);
const struct row *model_row(const struct model *m, size_t i);

/* CLOCK_MONOTONIC of the daemon's host at the last refresh, and ns since the one before. */
u64 model_time_ns(const struct model *m);
u64 model_interval_ns(const struct model *m);

/* The whole last reply, with the part `accounting`, `host`, `probe`, `ring`, `recent`; the model's.
 */
struct json_object *model_reply(const struct model *m);

/*
 * Applications, made of groups: an array of *n rows, the caller's to free; their text is the
 * model's.
 */
struct row *model_applications(const struct model *m, size_t *n);

#endif
