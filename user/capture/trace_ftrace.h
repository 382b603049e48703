/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Writes the ftrace bundles of a capture, each of one CPU: switches, wakings and events in tasks'
 * lives. All times are CLOCK_MONOTONIC. All functions that write return 0 or -errno.
 */
#ifndef TVTRACED_CAPTURE_TRACE_FTRACE_H
#define TVTRACED_CAPTURE_TRACE_FTRACE_H

#include <stdbool.h>

#include "capture/trace_clock.h"
#include "capture/trace_names.h"
#include "capture/trace_out.h"
#include "record.h"

enum { TRACE_BUNDLE_MOST = 1024 }; /* switches in one bundle */

struct trace_ftrace;

/* The arguments stay the caller's and must outlive the result. */
struct trace_ftrace *trace_ftrace_new(struct trace_out *out, struct trace_names *names,
				      const struct trace_clock *clock);
void trace_ftrace_free(struct trace_ftrace *f);

/*
 * Writes a CPU's first switch, or its first after a gap, in full, because the compact form does not
 * contain the previous task.
 */
int trace_ftrace_first(struct trace_ftrace *f, u32 cpu, const struct switch_record *r,
		       bool after_gap);

/*
 * Writes n switches, 0 .. TRACE_BUNDLE_MOST, in the compact form.
 */
int trace_ftrace_switches(struct trace_ftrace *f, u32 cpu, const struct switch_record *r, u32 n);

/*
 * Writes when the next tasks of n switches, 0 .. TRACE_BUNDLE_MOST, had become ready to run, as far
 * as they were woken and had to wait, and this was not before since_ns: a reader ignores what comes
 * before the first switch of a CPU.
 */
int trace_ftrace_wakings(struct trace_ftrace *f, u32 cpu, const struct switch_record *r, u32 n,
			 u64 since_ns);

/* Writes an event in the life of a task; those that a capture does not tell are ignored. */
int trace_ftrace_task(struct trace_ftrace *f, const struct task_record *r, struct traced_task *t);

/* Returns what ftrace prints as prev_state for a record's one. */
u32 trace_prev_state(u16 state);

#endif
