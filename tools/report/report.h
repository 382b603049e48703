/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What `tvtrace report` prints, in its four forms. */
#ifndef TVTRACE_REPORT_REPORT_H
#define TVTRACE_REPORT_REPORT_H

#include "lists/listing.h"
#include "report/trace_model.h"

/* The columns are a copy: where no switch has a kind, others are shown. */
struct report_list {
	struct listing listing;
	struct column *columns;
	const struct row **rows; /* sorted, and no more than asked for */
	size_t nr_rows;
	size_t nr_all; /* that there would be */
};

struct report {
	const char *name; /* of the file, printable */
	const struct trace_model *model;
	const struct trace_summary *summary;
	struct report_list list;
	bool complete; /* nothing of the file is missing */
};

/* Rows of a model. sort NULL: by what matters most; limit 0: all. */
void report_list_make(struct report_list *l, const struct trace_model *m, enum trace_list what,
		      const char *sort, u64 limit);
void report_list_release(struct report_list *l);

/* Whether a list of that has such a column. */
bool report_list_has(enum trace_list what, const char *key);

/* Each prints on standard output; returns 0 or -errno. */
int report_text(struct report *r);
int report_json(struct report *r);
int report_csv(struct report *r);
int report_html(struct report *r);

/* Seconds from the beginning of the capture. */
double report_seconds(const struct report *r, u64 ns);

/* The one fact of that name; NULL: not told. */
const char *report_fact(const struct report *r, const char *name);

/* Calls line with each line of the head: a word, and what there is to say of it. */
void report_head(const struct report *r, void (*line)(void *ctx, const char *key, const char *text),
		 void *ctx);

#endif
