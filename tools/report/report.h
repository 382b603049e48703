/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The four output forms of `tvtrace report`. */
#ifndef TVTRACE_REPORT_REPORT_H
#define TVTRACE_REPORT_REPORT_H

#include "lists/listing.h"
#include "report/trace_model.h"

/* A list to print. The columns are a copy, because a trace without kinds shows other columns. */
struct report_list {
	struct listing listing;
	struct column *columns;
	const struct row **rows; /* sorted, and limited to what was asked for */
	size_t nr_rows;
	size_t nr_all; /* number of rows without the limit */
};

struct report {
	const char *name; /* name of the file, printable */
	const struct trace_model *model;
	const struct trace_summary *summary;
	struct report_list list;
	bool complete; /* nothing of the file is missing */
};

/*
 * Makes a list of a model's rows. sort NULL: by cost, or by count if no switch has a kind; limit 0:
 * all rows.
 */
void report_list_make(struct report_list *l, const struct trace_model *m, enum trace_list what,
		      const char *sort, u64 limit);
void report_list_release(struct report_list *l);

/* Whether the list `what` has a column `key`. */
bool report_list_has(enum trace_list what, const char *key);

/* Each of these prints the report on standard output, and returns 0 or -errno. */
int report_text(struct report *r);
int report_json(struct report *r);
int report_csv(struct report *r);
int report_html(struct report *r);

/* Converts a time of the trace to seconds since the beginning of the capture. */
double report_seconds(const struct report *r, u64 ns);

/* Returns the text of a fact of the capture, or NULL if the capture does not have it. */
const char *report_fact(const struct report *r, const char *name);

/* Calls `line` for each line of the head, with a keyword and its text. */
void report_head(const struct report *r, void (*line)(void *ctx, const char *key, const char *text),
		 void *ctx);

#endif
