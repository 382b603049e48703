/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef TVTRACED_CAPTURE_TRACE_CREATION_H
#define TVTRACED_CAPTURE_TRACE_CREATION_H

#include "capture/trace_out.h"
#include "record.h"

/*
 * Writes a creation (TASK_CREATED) that ended at end_ns (CLOCK_BOOTTIME), as a slice on the track
 * of the thread that created the task. Returns 0 or -errno of the write.
 */
int trace_creation(struct trace_out *o, const struct task_record *r, u64 end_ns);

#endif
