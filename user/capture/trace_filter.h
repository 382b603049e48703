/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Whose switches a capture is of: one thread group's, or one application's. */
#ifndef TVTRACED_CAPTURE_TRACE_FILTER_H
#define TVTRACED_CAPTURE_TRACE_FILTER_H

#include "capture/trace_setup.h"
#include "collect/recorder.h"

struct trace_filter;

/* NULL: the setup wants all. The setup stays the caller's. */
struct trace_filter *trace_filter_new(const struct trace_setup *s);
void trace_filter_free(struct trace_filter *f); /* NULL is ignored */

/*
 * What an application's processes create belongs to it, too. First all that was recorded is learnt;
 * then each event is noted when the writer has come to it. NULL is ignored.
 */
void trace_filter_learn(struct trace_filter *f, const struct task_record *r);
void trace_filter_note(struct trace_filter *f, const struct task_record *r);

/* NULL wants all. */
bool trace_filter_wants(const struct trace_filter *f, u32 tgid);

#endif
