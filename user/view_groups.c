// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <string.h>

#include "format.h"
#include "text.h"
#include "view_parts.h"

enum { MOST_ROWS = 10 };

struct row {
	const struct group *group;
	struct charges grown;
	u64 cost_ns;
	u64 switches;
};

static struct row row_of(const struct view *v, const struct group *g)
{
	static const struct charges nothing;
	const struct charges *before = v->p->final ? &nothing : &g->published;
	struct row r = {.group = g};

	for (int k = 0; k < NR_KINDS; k++) {
		r.grown.switches[k] = g->total.switches[k] - before->switches[k];
		r.grown.cost_ns[k] = g->total.cost_ns[k] - before->cost_ns[k];
		r.switches += r.grown.switches[k];
		r.cost_ns += r.grown.cost_ns[k];
	}
	for (int i = 0; i < NR_REASONS; i++)
		r.grown.reasons[i] = g->total.reasons[i] - before->reasons[i];
	return r;
}

static bool spends_more(const struct row *a, const struct row *b)
{
	return a->cost_ns != b->cost_ns ? a->cost_ns > b->cost_ns : a->switches > b->switches;
}

/* Keeps the n rows that spend most, in order. The idle tasks spend nobody's time. */
static int top_rows(const struct view *v, struct row *rows, int n)
{
	const struct task_table *t = v->p->tasks;
	int have = 0;

	for (size_t i = 0; i < task_table_nr_groups(t); i++) {
		struct row r = row_of(v, task_table_group((struct task_table *)t, i));
		int at = have;

		if (!r.group->tgid || !r.switches)
			continue;
		while (at > 0 && spends_more(&r, &rows[at - 1]))
			at--;
		if (at >= n)
			continue;
		if (have < n)
			have++;
		memmove(&rows[at + 1], &rows[at], (size_t)(have - at - 1) * sizeof(*rows));
		rows[at] = r;
	}
	return have;
}

static void print_row(struct canvas *c, const struct view *v, const struct row *r)
{
	const u64 *reasons = r->grown.reasons;
	u64 left = reasons[REASON_VOLUNTARY] + reasons[REASON_PREEMPTED];
	char name[NAME_LEN], thread[FORMAT_LEN], process[FORMAT_LEN], mean[FORMAT_LEN] = "-";

	name_escape(name, sizeof(name), r->group->comm, COMM_LEN);
	if (v->has_cost)
		format_ns(mean, (double)r->cost_ns / (double)r->switches);
	canvas_print_field(c, STYLE_PLAIN, name, 16);
	canvas_print(c, STYLE_PLAIN, " %7u %6u %9s %9s %8.3f%% %8s %6.0f%%", r->group->tgid,
		     r->group->threads,
		     format_rate(thread, (double)r->grown.switches[KIND_THREAD] / v->seconds),
		     format_rate(process, (double)r->grown.switches[KIND_PROCESS] / v->seconds),
		     (double)r->cost_ns / v->seconds / 1e7, mean,
		     left ? 100.0 * (double)reasons[REASON_PREEMPTED] / (double)left : 0);
	canvas_end_line(c);
}

void view_groups(struct canvas *c, const struct view *v, int rows)
{
	struct row top[MOST_ROWS];
	int n;

	canvas_print(c, STYLE_HEADING, "%-16s %7s %6s %9s %9s %9s %8s %7s", "thread group", "tgid",
		     "tasks", "thread/s", "process/s", "cost/CPU", "mean", "preempt");
	canvas_end_line(c);
	if (rows > MOST_ROWS)
		rows = MOST_ROWS;
	if (rows < 1)
		return;
	n = top_rows(v, top, rows);
	for (int i = 0; i < n; i++)
		print_row(c, v, &top[i]);
}
