/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Adds up the switches of a trace: by thread, thread group and application, and by label. */
#ifndef TVTRACE_REPORT_TRACE_MODEL_H
#define TVTRACE_REPORT_TRACE_MODEL_H

#include <stdbool.h>
#include <stddef.h>

#include "lists/model.h"
#include "report/trace_join.h"
#include "report/trace_summary.h"
#include "report/trace_tasks.h"
#include "trace.pb-c.h"

struct trace_model;

/* The window is in ns from the origin; a to_ns of UINT64_MAX means to the end of the trace. */
struct trace_model *trace_model_new(u64 from_ns, u64 to_ns);
void trace_model_free(struct trace_model *m); /* NULL is ignored */

/*
 * Has each switch of the window told to `switched`, too: of one CPU in order of time, and of
 * several by turns. The tasks stay valid until the model is freed.
 */
void trace_model_watch(struct trace_model *m,
		       void (*switched)(void *ctx, u32 cpu, const struct joined *j), void *ctx);

/* All tasks that the trace mentions, owned by the model. */
const struct trace_tasks *trace_model_tasks(const struct trace_model *m);

void trace_model_packet(struct trace_model *m, const TracePacket *p);

/* What is known of a thread group later than the trace is: see trace_tasks.h. */
void trace_model_set_application(struct trace_model *m, u32 tgid, const char *name,
				 const char *kind);

/* To be called after the last packet: makes the rows and completes the summary. */
void trace_model_end(struct trace_model *m);

const struct trace_summary *trace_model_summary(const struct trace_model *m);

/* Returns the *n rows of tasks that switched in the window; the array is owned by the model. */
const struct row *trace_model_rows(const struct trace_model *m, enum trace_list what, size_t *n);

/*
 * Converts a time of the trace to CLOCK_MONOTONIC and to CLOCK_REALTIME. Returns it unchanged if
 * the trace has no clock snapshot.
 */
u64 trace_monotonic(const struct trace_model *m, u64 ns);
u64 trace_realtime(const struct trace_facts *f, u64 ns);

#endif
