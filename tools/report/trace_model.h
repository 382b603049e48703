/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the switches of a trace come to: by thread, group and application, by kind and from. */
#ifndef TVTRACE_REPORT_TRACE_MODEL_H
#define TVTRACE_REPORT_TRACE_MODEL_H

#include <stdbool.h>
#include <stddef.h>

#include "lists/model.h"
#include "report/trace_summary.h"
#include "trace.pb-c.h"

struct trace_model;

/* A window in ns from the origin; to_ns UINT64_MAX: up to the end. */
struct trace_model *trace_model_new(u64 from_ns, u64 to_ns);
void trace_model_free(struct trace_model *m); /* NULL is ignored */

void trace_model_packet(struct trace_model *m, const TracePacket *p);

/* There are no more packets: makes rows and the rest of the summary. */
void trace_model_end(struct trace_model *m);

const struct trace_summary *trace_model_summary(const struct trace_model *m);

/* Those that switched in the window, *n of them; the model's. */
const struct row *trace_model_rows(const struct trace_model *m, enum trace_list what, size_t *n);

/* A time of the trace as CLOCK_MONOTONIC, and as CLOCK_REALTIME; itself when it has no clocks. */
u64 trace_monotonic(const struct trace_model *m, u64 ns);
u64 trace_realtime(const struct trace_facts *f, u64 ns);

#endif
