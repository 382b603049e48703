// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "outputs/view_groups.h"

#include <stdio.h>
#include <string.h>

#include "common/format.h"
#include "common/text.h"
#include "common/titles.h"

static struct top_group row_of(const struct publication *p, const char *comm,
			       const struct charges *total, const struct charges *published)
{
	struct top_group r = {.grown = *total};

	memcpy(r.comm, comm, sizeof(r.comm));
	if (!p->final)
		charges_subtract(&r.grown, published);
	r.switches = charges_switches(&r.grown);
	r.cost_ns = charges_cost_ns(&r.grown);
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

static void insert_ended(struct top_groups *top, const struct publication *p)
{
	for (size_t i = 0; i < MAX_ENDED; i++) {
		const struct ended *e = task_table_ended(p->now.tasks, i);
		struct top_group r;

		if (!e)
			continue;
		r = row_of(p, e->comm, &e->total, &e->published);
		r.threads = e->threads - (p->final ? 0 : e->published_threads);
		if (r.switches)
			insert(top, &r);
	}
}

void view_find_top(struct top_groups *top, const struct publication *p)
{
	top->n = 0;
	for (size_t i = 0; i < task_table_group_slots(p->now.tasks); i++) {
		const struct group *g = task_table_group(p->now.tasks, i);
		struct top_group r;

		/* Switches to the idle tasks cost no other task's time. */
		if (!g || !g->tgid)
			continue;
		r = row_of(p, g->comm, &g->total, &g->published);
		r.tgid = g->tgid;
		r.threads = g->threads;
		if (g->cmdline)
			snprintf(r.cmdline, sizeof(r.cmdline), "%s", g->cmdline);
		if (r.switches)
			insert(top, &r);
	}
	insert_ended(top, p);
}

/* Names get the columns that the others leave free. */
static int name_columns(const struct canvas *c)
{
	enum { LEAST = 16, OTHERS = 63, MOST = 100 };
	int columns = c->width - OTHERS;

	return columns < LEAST ? LEAST : columns > MOST ? MOST : columns;
}

static void print_row(struct canvas *c, const struct view *v, const struct top_group *r,
		      const char *name)
{
	const u64 *reasons = r->grown.reasons, *user = r->grown.user_switches;
	u64 left = reasons[REASON_VOLUNTARY] + reasons[REASON_PREEMPTED];
	u64 others = r->switches - user[KIND_THREAD] - user[KIND_PROCESS];
	char thread[FORMAT_LEN], process[FORMAT_LEN], other[FORMAT_LEN];
	char mean[FORMAT_LEN], share[FORMAT_LEN], tgid[FORMAT_LEN] = "ended", tasks[FORMAT_LEN];

	format_ns(mean, (double)r->cost_ns / (double)r->switches);
	snprintf(share, sizeof(share), "%.3f%%", (double)r->cost_ns / v->seconds / 1e7);
	if (r->tgid)
		snprintf(tgid, sizeof(tgid), "%u", r->tgid);
	canvas_print_field(c, STYLE_PLAIN, name, name_columns(c));
	canvas_print(c, STYLE_PLAIN, " %7s %5s %8s %7s %7s %8s %8s %4.0f%%", tgid,
		     format_count(tasks, (double)r->threads),
		     format_rate(thread, (double)user[KIND_THREAD] / v->seconds),
		     format_rate(process, (double)user[KIND_PROCESS] / v->seconds),
		     format_rate(other, (double)others / v->seconds), v->has_cost ? share : "-",
		     v->has_cost ? mean : "-",
		     left ? 100.0 * (double)reasons[REASON_PREEMPTED] / (double)left : 0);
	canvas_end_line(c);
}

/* Escaped names and command lines of the rows. */
struct names {
	char names[MAX_TOP_GROUPS][NAME_LEN];
	char cmdlines[MAX_TOP_GROUPS][CMDLINE_MAX * 4];
	struct titled items[MAX_TOP_GROUPS];
};

static struct titles *make_titles(struct names *names, const struct top_groups *top)
{
	for (int i = 0; i < top->n; i++) {
		const struct top_group *r = &top->rows[i];

		name_escape(names->names[i], sizeof(names->names[i]), r->comm, COMM_LEN);
		names->cmdlines[i][0] = '\0';
		if (*r->cmdline)
			name_escape(names->cmdlines[i], sizeof(names->cmdlines[i]), r->cmdline,
				    sizeof(r->cmdline));
		names->items[i] = (struct titled){names->names[i], names->cmdlines[i]};
	}
	return titles_new(names->items, (size_t)top->n);
}

void view_groups(struct canvas *c, const struct view *v, const struct top_groups *top, int rows)
{
	struct names names;
	struct titles *titles = make_titles(&names, top);

	canvas_print(c, STYLE_HEADING, "%-*s %7s %5s %8s %7s %7s %8s %8s %5s", name_columns(c),
		     "thread group", "tgid", "tasks", "thread/s", "proc/s", "other/s", "cost/CPU",
		     "mean", "pre%");
	canvas_end_line(c);
	for (int i = 0; i < top->n && i < rows; i++)
		print_row(c, v, &top->rows[i], titles_of(titles)[i]);
	titles_free(titles);
}
