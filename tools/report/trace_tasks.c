// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "report/trace_tasks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture_format.h"
#include "common/alloc.h"
#include "common/array.h"
#include "common/index.h"
#include "common/names.h"
#include "lists/applications.h"

enum {
	MAX_TASKS = 1 << 19,
	MAX_LIVES = 64, /* lives of one tid that a search visits */
	MAX_CMDLINE = 256,
	MAX_NAME = 256, /* bytes of an application's name */
	KTHREADD = 2,
};

struct trace_tasks {
	struct index *by_tid, *applications;
	struct traced **tasks;
	struct trace_application **names;
	size_t n, room, nr_names, room_names;
	u64 until_ns;
};

struct trace_tasks *trace_tasks_new(void)
{
	struct trace_tasks *t = xcalloc(1, sizeof(*t));

	t->by_tid = index_new();
	t->applications = index_new();
	t->until_ns = UINT64_MAX;
	return t;
}

void trace_tasks_free(struct trace_tasks *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < t->n; i++) {
		free(t->tasks[i]->cmdline);
		free(t->tasks[i]);
	}
	for (size_t i = 0; i < t->nr_names; i++) {
		free(t->names[i]->name);
		free(t->names[i]);
	}
	index_free(t->by_tid);
	index_free(t->applications);
	free(t->tasks);
	free(t->names);
	free(t);
}

void trace_tasks_until(struct trace_tasks *t, u64 ns)
{
	t->until_ns = ns;
}

static struct traced *add(struct trace_tasks *t, u32 tid, u64 ts_ns)
{
	struct traced *task;

	if (t->n == MAX_TASKS)
		return NULL;
	ARRAY_RESERVE(t->tasks, t->n, t->room);
	task = xcalloc(1, sizeof(*task));
	task->tid = tid;
	task->tgid = tid;
	task->known_ns = ts_ns;
	if (!tid)
		strcpy(task->name, NAME_IDLE);
	t->tasks[t->n++] = task;
	return task;
}

/* The newest life of a tid heads a list from new to old (`older`). */
static struct traced *newest(const struct trace_tasks *t, u32 tid)
{
	return index_find(t->by_tid, tid);
}

static struct traced *add_newest(struct trace_tasks *t, u32 tid, u64 ts_ns)
{
	struct traced *before = newest(t, tid), *task = add(t, tid, ts_ns);

	if (!task)
		return NULL;
	if (before)
		index_remove(t->by_tid, tid);
	index_add(t->by_tid, tid, task);
	task->older = before;
	return task;
}

struct traced *trace_tasks_find(const struct trace_tasks *t, u32 tid, u64 ts_ns)
{
	struct traced *task = newest(t, tid);

	for (int i = 0; task && task->born_ns > ts_ns && i < MAX_LIVES; i++)
		task = task->older;
	return task;
}

struct traced *trace_tasks_get(struct trace_tasks *t, u32 tid, u64 ts_ns)
{
	struct traced *task = trace_tasks_find(t, tid, ts_ns), *last;

	if (task) {
		if (ts_ns < task->known_ns)
			task->known_ns = ts_ns;
		return task;
	}
	last = newest(t, tid);
	if (!last)
		return add_newest(t, tid, ts_ns);
	/* The task had the tid before the first life whose creation the trace shows. */
	while (last->older)
		last = last->older;
	last->older = add(t, tid, ts_ns);
	return last->older;
}

void trace_tasks_name(const struct trace_tasks *t, struct traced *task, const char *comm, u64 ts_ns)
{
	if (!task || !task->tid || !comm || !*comm)
		return;
	if (task->name[0] &&
	    (ts_ns > t->until_ns || (ts_ns < task->name_ns && task->name_ns <= t->until_ns)))
		return;
	task->name_ns = ts_ns;
	if (!strcmp(task->name, comm))
		return;
	snprintf(task->name, sizeof(task->name), "%s", comm);
	text_disarm(task->name);
}

static void set_cmdline(struct traced *task, const ProcessTree__Process *p)
{
	char text[MAX_CMDLINE];
	size_t len = 0;

	if (!p->n_cmdline)
		return;
	text[0] = '\0';
	for (size_t i = 0; i < p->n_cmdline && len < sizeof(text) - 1; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%s", i ? " " : "",
					p->cmdline[i]);
	free(task->cmdline);
	task->cmdline = text_disarm(xstrdup(text));
}

static void take_process(struct trace_tasks *t, const ProcessTree__Process *p, u64 ts_ns)
{
	struct traced *task = trace_tasks_get(t, (u32)p->pid, ts_ns);

	if (!task || !p->pid)
		return;
	task->tgid = task->tid;
	task->ppid = (u32)p->ppid;
	task->kernel = p->is_kthread || p->pid == KTHREADD || p->ppid == KTHREADD;
	task->start_ns = p->process_start_from_boot;
	set_cmdline(task, p);
}

void trace_tasks_tree(struct trace_tasks *t, const ProcessTree *tree, u64 ts_ns)
{
	for (size_t i = 0; i < tree->n_processes; i++)
		take_process(t, tree->processes[i], ts_ns);
	for (size_t i = 0; i < tree->n_threads; i++) {
		const ProcessTree__Thread *thread = tree->threads[i];
		struct traced *task = trace_tasks_get(t, (u32)thread->tid, ts_ns);

		if (!task || !thread->tid)
			continue;
		if (thread->tgid > 0)
			task->tgid = (u32)thread->tgid;
		if (!task->name[0])
			trace_tasks_name(t, task, thread->name, ts_ns);
	}
}

/*
 * The trace's process tree is of the time at which its file was begun, which may be after a tid was
 * reused. A life that was in the table first then got the facts of a later one: its start time is
 * after the life was first mentioned. Moves such facts to the new life.
 */
static void take_what_proc_told(struct traced *task, struct traced *before, u64 ts_ns)
{
	for (struct traced *o = before; o; o = o->older) {
		if (o->start_ns <= o->known_ns || o->start_ns > ts_ns)
			continue;
		task->cmdline = o->cmdline;
		task->ppid = o->ppid;
		task->start_ns = o->start_ns;
		o->cmdline = NULL;
		o->start_ns = 0;
		o->ppid = 0;
		return;
	}
}

/*
 * Begins a life that a creation event shows. A life of the tid that was mentioned before ts_ns is
 * another task's.
 */
static struct traced *begin_life(struct trace_tasks *t, u32 tid, u64 ts_ns)
{
	struct traced *task = newest(t, tid), *before = task;

	if (task && !task->born_ns && task->known_ns >= ts_ns) {
		task->born_ns = ts_ns;
		return task;
	}
	if (task && task->born_ns >= ts_ns)
		return NULL;
	task = add_newest(t, tid, ts_ns);
	if (!task)
		return NULL;
	if (before && !before->ended_ns)
		before->ended_ns = ts_ns;
	task->born_ns = ts_ns;
	take_what_proc_told(task, before, ts_ns);
	return task;
}

static enum creation creation_of(const TaskNewtask *n, u32 parent_tgid)
{
	if (parent_tgid == KTHREADD)
		return CREATED_KERNEL;
	if (n->clone_flags & TRACE_CLONE_THREAD)
		return CREATED_THREAD;
	return n->clone_flags & TRACE_CLONE_VM ? CREATED_VM_PROCESS : CREATED_PROCESS;
}

static void take_newtask(struct trace_tasks *t, const FtraceEvent *e, bool counted)
{
	const TaskNewtask *n = e->task_newtask;
	const struct traced *parent = trace_tasks_find(t, e->pid, e->timestamp);
	u32 parent_tgid = parent ? parent->tgid : e->pid;
	struct traced *task, *creator;

	if (!n->pid)
		return;
	creator = counted ? trace_tasks_get(t, parent_tgid, e->timestamp) : NULL;
	if (creator)
		creator->created.count[creation_of(n, parent_tgid)]++;
	task = begin_life(t, (u32)n->pid, e->timestamp);
	if (!task)
		return;
	task->start_ns = e->timestamp;
	if (n->clone_flags & TRACE_CLONE_THREAD) {
		task->tgid = parent_tgid;
	} else {
		task->tgid = task->tid;
		task->ppid = parent_tgid;
		task->kernel = parent_tgid == KTHREADD;
	}
	trace_tasks_name(t, task, n->comm, e->timestamp);
}

void trace_tasks_event(struct trace_tasks *t, const FtraceEvent *e, bool counted)
{
	struct traced *task;

	if (e->event_case == FTRACE_EVENT__EVENT_TASK_NEWTASK) {
		take_newtask(t, e, counted);
	} else if (e->event_case == FTRACE_EVENT__EVENT_TASK_RENAME && e->task_rename->pid) {
		task = trace_tasks_get(t, (u32)e->task_rename->pid, e->timestamp);
		trace_tasks_name(t, task, e->task_rename->newcomm, e->timestamp);
	} else if (e->event_case == FTRACE_EVENT__EVENT_SCHED_PROCESS_EXIT) {
		task = trace_tasks_get(t, (u32)e->sched_process_exit->pid, e->timestamp);
		if (task)
			task->ended_ns = e->timestamp;
	}
}

void trace_tasks_set_application(struct trace_tasks *t, u32 tgid, const char *name,
				 const char *kind)
{
	struct trace_application *a = index_find(t->applications, tgid);
	char text[MAX_NAME];

	if (!name || !*name)
		return;
	if (!a) {
		if (t->nr_names == MAX_TASKS)
			return;
		ARRAY_RESERVE(t->names, t->nr_names, t->room_names);
		a = xcalloc(1, sizeof(*a));
		t->names[t->nr_names++] = a;
		index_add(t->applications, tgid, a);
	}
	snprintf(text, sizeof(text), "%s", name);
	free(a->name);
	a->name = text_disarm(xstrdup(text));
	a->kind = application_kind_word(kind ? kind : "");
}

const struct trace_application *trace_tasks_application(const struct trace_tasks *t, u32 tgid)
{
	return index_find(t->applications, tgid);
}

size_t trace_tasks_count(const struct trace_tasks *t)
{
	return t->n;
}

struct traced *trace_tasks_at(const struct trace_tasks *t, size_t i)
{
	return t->tasks[i];
}
