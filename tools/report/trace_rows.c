// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "report/trace_rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/names.h"
#include "lists/applications.h"

enum { MAX_ANCESTORS = 64, COMM = 15 };

#define UNKNOWN_NAME "<...>" /* what ftrace and captures show for an unknown name */

static bool charged(const struct traced *task)
{
	return charges_switches(&task->charges) || task->unlabelled ||
	       task->charges.reasons[REASON_VOLUNTARY] || task->charges.reasons[REASON_PREEMPTED];
}

/*
 * Returns the leader of the task's thread group. Adds the leader if the trace does not mention it;
 * returns the task itself if the table is full.
 */
static struct traced *leader_of(struct trace_tasks *t, struct traced *task)
{
	u64 ts_ns = task->born_ns > task->known_ns ? task->born_ns : task->known_ns;
	struct traced *leader = trace_tasks_get(t, task->tgid, ts_ns);

	return leader ? leader : task;
}

/*
 * The trace has no comm of a group leader that never ran. The file name of its executable is mostly
 * the same.
 */
static void name_by_cmdline(struct traced *task)
{
	const char *end, *begin = task->cmdline, *slash;

	if (task->name[0])
		return;
	if (!begin || !*begin) {
		strcpy(task->name, UNKNOWN_NAME);
		return;
	}
	end = begin + strcspn(begin, " ");
	slash = task->kernel ? NULL : memrchr(begin, '/', (size_t)(end - begin));
	if (slash && slash + 1 < end)
		begin = slash + 1;
	snprintf(task->name, sizeof(task->name), "%.*s", (int)(end - begin), begin);
	text_cut(task->name, COMM);
}

static bool alive(const struct traced *task, u64 end_ns)
{
	return task->born_ns <= end_ns && (!task->ended_ns || task->ended_ns > end_ns);
}

static bool ended_within(const struct traced *task, const struct trace_summary *s)
{
	return task->ended_ns > s->begin_ns && task->ended_ns <= s->end_ns;
}

static void set_common(struct row *r, const struct traced *leader, const struct trace_summary *s)
{
	r->tgid = leader->tgid;
	r->ppid = leader->ppid;
	r->start_ns = leader->start_ns;
	r->seconds = (double)(s->end_ns - s->begin_ns - s->suspended_ns) / 1e9;
	r->cmdline = leader->cmdline && !leader->kernel ? leader->cmdline : "";
	r->kind = "comm";
	r->application = "";
}

/*
 * The trace names no application for a process that was created after it had begun. Such a process
 * gets the application of its nearest ancestor that has one, unless that is only a comm.
 */
static void set_application(const struct trace_tasks *t, struct row *r, const struct traced *leader)
{
	u64 ts_ns = leader->born_ns;
	const struct traced *task = leader;

	r->application = leader->tid ? leader->name : NAME_IDLE;
	for (int i = 0; task && task->tid && i < MAX_ANCESTORS; i++) {
		const struct trace_application *a = trace_tasks_application(t, task->tgid);

		if (task->kernel) {
			r->application = NAME_KERNEL;
			return;
		}
		if (a && (task == leader || strcmp(a->kind, "comm") != 0)) {
			r->application = a->name;
			r->kind = a->kind;
		}
		if (a || !task->ppid)
			return;
		task = trace_tasks_find(t, task->ppid, ts_ns);
		ts_ns = task ? task->born_ns : 0;
	}
}

static void add_charges(struct row *r, const struct traced *task)
{
	charges_add(&r->grown, &task->charges);
	r->total = r->grown;
	r->unlabelled += task->unlabelled;
	r->cost_ns += charges_cost_ns(&task->charges);
	r->total_cost_ns = r->cost_ns;
}

/*
 * Makes a row of each group, even without switches: `threads` counts the threads that did not
 * switch, too.
 */
static struct row *all_groups(struct trace_tasks *t, const struct trace_summary *s, size_t *n)
{
	size_t tasks = trace_tasks_count(t);
	struct row *rows = xcalloc(tasks + 1, sizeof(*rows));

	*n = 0;
	for (size_t i = 0; i < tasks; i++) {
		struct traced *task = trace_tasks_at(t, i), *leader = leader_of(t, task);
		struct row *r;

		task->leader = leader;
		if (!leader->row) {
			leader->row = ++*n;
			r = &rows[*n - 1];
			name_by_cmdline(leader);
			r->name = leader->name;
			set_common(r, leader, s);
			set_application(t, r, leader);
			leader->application = r->application;
			leader->kind = r->kind;
		}
		r = &rows[leader->row - 1];
		r->threads += alive(task, s->end_ns);
		r->nr_ended += ended_within(task, s);
		add_charges(r, task);
		if (task == leader)
			r->created = task->created;
	}
	return rows;
}

static struct row *all_threads(struct trace_tasks *t, const struct trace_summary *s,
			       const struct row *groups, size_t *n)
{
	size_t tasks = trace_tasks_count(t);
	struct row *rows = xcalloc(tasks + 1, sizeof(*rows));

	*n = 0;
	for (size_t i = 0; i < tasks; i++) {
		struct traced *task = trace_tasks_at(t, i);
		const struct traced *leader;
		struct row *r = &rows[*n];

		/*
		 * all_groups() has set the leader of every charged task. It may have added leaders
		 * since, but they have no charges.
		 */
		if (!charged(task))
			continue;
		leader = task->leader;
		(*n)++;
		name_by_cmdline(task);
		set_common(r, leader, s);
		r->name = task->name;
		r->tid = task->tid;
		r->threads = groups[leader->row - 1].threads;
		add_charges(r, task);
	}
	return rows;
}

static bool switched(const struct row *r)
{
	return r->unlabelled || r->grown.reasons[REASON_VOLUNTARY] ||
	       r->grown.reasons[REASON_PREEMPTED] || charges_switches(&r->grown);
}

void trace_rows_make(struct trace_rows *r, struct trace_tasks *t, const struct trace_summary *s)
{
	const struct row **groups;
	struct row *rows;
	size_t n, kept = 0;

	rows = all_groups(t, s, &n);
	r->rows[TRACE_THREADS] = all_threads(t, s, rows, &r->n[TRACE_THREADS]);
	for (size_t i = 0; i < n; i++)
		if (switched(&rows[i]))
			rows[kept++] = rows[i];
	r->rows[TRACE_GROUPS] = rows;
	r->n[TRACE_GROUPS] = kept;
	groups = xcalloc(kept + 1, sizeof(struct row *));
	for (size_t i = 0; i < kept; i++)
		groups[i] = &rows[i];
	r->rows[TRACE_APPLICATIONS] = applications_of(groups, kept, &r->n[TRACE_APPLICATIONS]);
	free(groups);
}

void trace_rows_release(struct trace_rows *r)
{
	for (size_t i = 0; i <= TRACE_APPLICATIONS; i++)
		free(r->rows[i]);
	*r = (struct trace_rows){0};
}
