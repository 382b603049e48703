// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The list of a report: its rows, their order, and its columns. */
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/array.h"
#include "lists/columns.h"
#include "report/report.h"

static const struct table {
	const char *what;
	const struct column *columns;
	size_t nr_columns;
} tables[] = {
	[TRACE_THREADS] = {"threads", thread_columns, NR_THREAD_COLUMNS},
	[TRACE_GROUPS] = {"groups", group_columns, NR_GROUP_COLUMNS},
	[TRACE_APPLICATIONS] = {"applications", application_columns, NR_APPLICATION_COLUMNS},
};

static bool is_one_of(const char *key, const char *const *keys, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(keys[i], key))
			return true;
	return false;
}

/*
 * If no switch of the trace has a kind, shows plain counts instead of the columns that need kinds.
 */
static void show_counts_only(struct column *columns, size_t n)
{
	static const char *const kinds[] = {"thread_per_s",   "process_per_s", "thread_share",
					    "other_per_s",    "cpu_share",     "thread_mean_ns",
					    "process_mean_ns"};
	static const char *const counts[] = {"switches", "voluntary", "preempted"};

	for (size_t i = 0; i < n; i++)
		if (is_one_of(columns[i].key, kinds, ARRAY_SIZE(kinds)))
			columns[i].width = 0;
		else if (is_one_of(columns[i].key, counts, ARRAY_SIZE(counts)))
			columns[i].width = columns[i].wide;
}

void report_list_make(struct report_list *l, const struct trace_model *m, enum trace_list what,
		      const char *sort, u64 limit)
{
	const struct table *t = &tables[what];
	const struct trace_summary *s = trace_model_summary(m);
	const struct row *rows = trace_model_rows(m, what, &l->nr_all);
	bool no_kinds = s->unlabelled && s->unlabelled == s->switches;

	l->columns = xcalloc(t->nr_columns, sizeof(*l->columns));
	memcpy(l->columns, t->columns, t->nr_columns * sizeof(*l->columns));
	if (no_kinds)
		show_counts_only(l->columns, t->nr_columns);
	if (!sort)
		sort = no_kinds ? "switches" : "cpu_share";
	l->listing = (struct listing){.what = t->what,
				      .titles = what == TRACE_GROUPS,
				      .columns = l->columns,
				      .nr_columns = t->nr_columns};
	l->rows = xcalloc(l->nr_all + 1, sizeof(struct row *));
	for (size_t i = 0; i < l->nr_all; i++)
		l->rows[i] = &rows[i];
	listing_sort(l->rows, l->nr_all, listing_find(l->columns, t->nr_columns, sort));
	l->nr_rows = limit && limit < l->nr_all ? (size_t)limit : l->nr_all;
}

void report_list_release(struct report_list *l)
{
	free(l->columns);
	free(l->rows);
}

bool report_list_has(enum trace_list what, const char *key)
{
	return listing_find(tables[what].columns, tables[what].nr_columns, key);
}
