/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * From the records' CLOCK_MONOTONIC to the CLOCK_BOOTTIME of captures, which goes on while the
 * machine is suspended: the difference grows by each suspension.
 */
#ifndef TVTRACED_CAPTURE_TRACE_CLOCK_H
#define TVTRACED_CAPTURE_TRACE_CLOCK_H

#include <stdbool.h>

#include "collect/recorder.h"

/* A time from which on the difference is another one. */
struct trace_step {
	u64 ns;			 /* CLOCK_MONOTONIC */
	u64 before_ns, after_ns; /* what CLOCK_BOOTTIME is ahead by */
};

/* All-zero is no clock yet. */
struct trace_clock {
	u64 lead_ns; /* as long as no step is known */
	struct trace_step *steps;
	size_t n, room;
};

/* lead_ns: what CLOCK_BOOTTIME is ahead by at the beginning of the capture. */
void trace_clock_init(struct trace_clock *c, u64 lead_ns);
void trace_clock_release(struct trace_clock *c);

/* A suspension, in the order of time. Returns it, or NULL when it is known already. */
const struct trace_step *trace_clock_step(struct trace_clock *c, const struct frame *f);

/* A time of CLOCK_MONOTONIC as CLOCK_BOOTTIME. */
u64 trace_clock_boottime(const struct trace_clock *c, u64 ns);

#endif
