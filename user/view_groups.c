// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <string.h>

#include "format.h"
#include "text.h"
#include "view_parts.h"

static struct top_group row_of(const struct publication *p, const struct group *g)
{
	static const struct charges nothing;
	const struct charges *before = p->final ? &nothing : &g->published;
	struct top_group r = {.tgid = g->tgid, .threads = g->threads};

	memcpy(r.comm, g->comm, sizeof(r.comm));
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

static bool spends_more(const struct top_group *a, const struct top_group *b)
{
	return a->cost_ns != b->cost_ns ? a->cost_ns > b->cost_ns : a->switches > b->switches;
}

static void insert(struct top_groups *top, const struct top_group *r)
{
	int at = top->n;

	while (at > 0 && spends_more(r, &top->rows[at - 1]))
		at--;
	if (at >= MAX_TOP_GROUPS)
		return;
	if (top->n < MAX_TOP_GROUPS)
		top->n++;
	memmove(&top->rows[at + 1], &top->rows[at], (size_t)(top->n - at - 1) * sizeof(*r));
	top->rows[at] = *r;
}

void view_find_top(struct top_groups *top, const struct publication *p)
{
	top->n = 0;
	for (size_t i = 0; i < task_table_group_slots(p->tasks); i++) {
		const struct group *g = task_table_group(p->tasks, i);
		struct top_group r;

		if (!g)
			continue;
		r = row_of(p, g);
		/* The idle tasks spend nobody's time. */
		if (r.tgid && r.switches)
			insert(top, &r);
	}
}

static void print_row(struct canvas *c, const struct view *v, const struct top_group *r)
{
	const u64 *reasons = r->grown.reasons;
	u64 left = reasons[REASON_VOLUNTARY] + reasons[REASON_PREEMPTED];
	char name[NAME_LEN], thread[FORMAT_LEN], process[FORMAT_LEN], mean[FORMAT_LEN];
	char share[FORMAT_LEN];

	name_escape(name, sizeof(name), r->comm, COMM_LEN);
	format_ns(mean, (double)r->cost_ns / (double)r->switches);
	snprintf(share, sizeof(share), "%.3f%%", (double)r->cost_ns / v->seconds / 1e7);
	canvas_print_field(c, STYLE_PLAIN, name, 16);
	canvas_print(c, STYLE_PLAIN, " %7u %6u %9s %9s %9s %8s %6.0f%%", r->tgid, r->threads,
		     format_rate(thread, (double)r->grown.switches[KIND_THREAD] / v->seconds),
		     format_rate(process, (double)r->grown.switches[KIND_PROCESS] / v->seconds),
		     v->has_cost ? share : "-", v->has_cost ? mean : "-",
		     left ? 100.0 * (double)reasons[REASON_PREEMPTED] / (double)left : 0);
	canvas_end_line(c);
}

void view_groups(struct canvas *c, const struct view *v, const struct top_groups *top, int rows)
{
	canvas_print(c, STYLE_HEADING, "%-16s %7s %6s %9s %9s %9s %8s %7s", "thread group", "tgid",
		     "tasks", "thread/s", "process/s", "cost/CPU", "mean", "preempt");
	canvas_end_line(c);
	for (int i = 0; i < top->n && i < rows; i++)
		print_row(c, v, &top->rows[i]);
}
