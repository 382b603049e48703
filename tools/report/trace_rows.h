/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Makes rows, as the live commands have them, of the tasks of a trace. */
#ifndef TVTRACE_REPORT_TRACE_ROWS_H
#define TVTRACE_REPORT_TRACE_ROWS_H

#include "lists/model.h"
#include "report/trace_summary.h"
#include "report/trace_tasks.h"

struct trace_rows {
	struct row *rows[TRACE_APPLICATIONS + 1];
	size_t n[TRACE_APPLICATIONS + 1];
};

/*
 * Makes rows of all tasks that switched in the summary's window. Rows point to text of the tasks,
 * which must outlive them. Changes the tasks: a task without a name gets one.
 */
void trace_rows_make(struct trace_rows *r, struct trace_tasks *t, const struct trace_summary *s);
void trace_rows_release(struct trace_rows *r);

#endif
