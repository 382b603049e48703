/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Converts the records' CLOCK_MONOTONIC to the CLOCK_BOOTTIME of captures. CLOCK_BOOTTIME goes on
 * while the machine is suspended, so each suspension increases the difference.
 */
#ifndef TVTRACED_CAPTURE_TRACE_CLOCK_H
#define TVTRACED_CAPTURE_TRACE_CLOCK_H

#include <stdbool.h>

#include "collect/recorder.h"

/* A time from which on the two clocks differ by another amount. */
struct trace_step {
	u64 ns;			 /* CLOCK_MONOTONIC */
	u64 before_ns, after_ns; /* lead of CLOCK_BOOTTIME before and after the step */
};

/* An all-zero clock is valid: it has no lead and knows no step. */
struct trace_clock {
	u64 lead_ns; /* lead of CLOCK_BOOTTIME; used while no step is known */
	struct trace_step *steps;
	size_t n, room;
};

/* lead_ns: how far CLOCK_BOOTTIME was ahead of CLOCK_MONOTONIC when the capture was prepared. */
void trace_clock_init(struct trace_clock *c, u64 lead_ns);
void trace_clock_release(struct trace_clock *c);

/*
 * Adds the step that a FRAME_CLOCK records; steps must come in the order of time. Returns the step,
 * or NULL when it is already known.
 */
const struct trace_step *trace_clock_step(struct trace_clock *c, const struct frame *f);

/* Converts a CLOCK_MONOTONIC time to CLOCK_BOOTTIME. */
u64 trace_clock_boottime(const struct trace_clock *c, u64 ns);

#endif
