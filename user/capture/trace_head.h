/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The packets of a capture beside the bundles of switches: what comes first, what things are part
 * of, and the tracks of our own (doc/capture.md). Times are CLOCK_BOOTTIME; all return 0 or
 * -errno of the write.
 */
#ifndef TVTRACED_CAPTURE_TRACE_HEAD_H
#define TVTRACED_CAPTURE_TRACE_HEAD_H

#include "capture/trace_filter.h"
#include "capture/trace_names.h"
#include "capture/trace_out.h"
#include "capture/trace_setup.h"

enum { TRACE_SEQUENCE = 1 }; /* trusted_packet_sequence_id of all packets */

/* Clocks, system, interned names, tracks, and what the capture is of, from begin_ns on. */
int trace_head_write(struct trace_out *o, const struct trace_setup *s, u64 begin_ns);

/*
 * Groups with their applications, and the process tree, of those that are wanted, as of begin_ns;
 * of those whose creation the trace tells, as of now_ns.
 */
int trace_head_tree(struct trace_out *o, const struct trace_setup *s, struct trace_names *n,
		    const struct trace_filter *f, u64 begin_ns, u64 now_ns);

/* What one task is part of. */
int trace_head_task(struct trace_out *o, const struct traced_task *t, u64 ts_ns);

/* The instant of one switch. other: who stands behind its tid 0; 0: nobody. */
int trace_head_switch(struct trace_out *o, u32 cpu, const struct switch_record *r, u32 other,
		      u64 ts_ns);

/* A stretch that is missing; count 0: how many is not known. */
int trace_head_gap(struct trace_out *o, u32 cpu, u64 begin_ns, u64 end_ns, u64 count);

/* The machine was suspended. */
int trace_head_suspended(struct trace_out *o, u64 begin_ns, u64 end_ns);

/*
 * begin_ns, end_ns: of the first and the last switch in the time that was asked for, also of those
 * that a filter left out. reason: why it ended early; NULL: it did not.
 */
int trace_head_end(struct trace_out *o, u64 begin_ns, u64 end_ns, u64 switches, u64 lost,
		   const char *reason);

#endif
