/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Writes the packets of a capture other than the ftrace bundles: the initial packets, the process
 * tree, and tvtraced's own tracks (doc/capture.md). Times are CLOCK_BOOTTIME. All functions return
 * 0 or -errno of the write.
 */
#ifndef TVTRACED_CAPTURE_TRACE_HEAD_H
#define TVTRACED_CAPTURE_TRACE_HEAD_H

#include "capture/trace_filter.h"
#include "capture/trace_names.h"
#include "capture/trace_out.h"
#include "capture/trace_setup.h"

/*
 * Writes the clocks, the system, interned names, tracks, and the description of the capture, which
 * begins at begin_ns.
 */
int trace_head_write(struct trace_out *o, const struct trace_setup *s, u64 begin_ns);

/*
 * Writes the wanted groups with their applications, and their process tree, as of begin_ns. Tasks
 * whose creation is in the trace are listed as of now_ns.
 */
int trace_head_tree(struct trace_out *o, const struct trace_setup *s, struct trace_names *n,
		    const struct trace_filter *f, u64 begin_ns, u64 now_ns);

/* Tells which thread group a task belongs to. */
int trace_head_task(struct trace_out *o, const struct traced_task *t, u64 ts_ns);

/*
 * Writes the instant event of one switch. other: the tid of the task that a filter shows as tid 0;
 * 0: no task is hidden.
 */
int trace_head_switch(struct trace_out *o, u32 cpu, const struct switch_record *r, u32 other,
		      u64 ts_ns);

/* Marks a time span with missing switches on a CPU. count: how many are missing; 0: not known. */
int trace_head_gap(struct trace_out *o, u32 cpu, u64 begin_ns, u64 end_ns, u64 count);

/* Marks a time span in which the machine was suspended. */
int trace_head_suspended(struct trace_out *o, u64 begin_ns, u64 end_ns);

/*
 * Writes the final event. begin_ns and end_ns are the times of the first and the last switch in the
 * requested time, including switches that a filter left out. reason: why the capture ended early;
 * NULL: it did not.
 */
int trace_head_end(struct trace_out *o, u64 begin_ns, u64 end_ns, u64 switches, u64 lost,
		   const char *reason);

#endif
