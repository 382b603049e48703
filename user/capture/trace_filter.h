/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Chooses whose switches a capture contains: one thread group's, or one application's. */
#ifndef TVTRACED_CAPTURE_TRACE_FILTER_H
#define TVTRACED_CAPTURE_TRACE_FILTER_H

#include "capture/trace_setup.h"
#include "collect/recorder.h"

struct trace_filter;

/* Returns NULL when the setup wants everything. The setup stays the caller's. */
struct trace_filter *trace_filter_new(const struct trace_setup *s);
void trace_filter_free(struct trace_filter *f); /* NULL is ignored */

/*
 * Processes that an application's processes create belong to the application, too. First
 * trace_filter_learn() gets all events recorded so far; then trace_filter_note() gets each event
 * when the writer reaches it. A NULL filter is ignored.
 */
void trace_filter_learn(struct trace_filter *f, const struct task_record *r);
void trace_filter_note(struct trace_filter *f, const struct task_record *r);

/* A NULL filter wants everything. */
bool trace_filter_wants(const struct trace_filter *f, u32 tgid);

#endif
