// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "capture/trace_setup.h"

#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/array.h"
#include "common/clock.h"
#include "common/text.h"

enum { LOOKED_AT = 64 }; /* number of slots between two reads of the clock */

static char *escaped(const char *text, size_t len)
{
	char name[TRACE_NAME_LEN];

	return xstrdup(name_escape(name, sizeof(name), text, len));
}

static void add_thread(struct trace_setup *s, const struct thread *t)
{
	struct trace_task *to;

	ARRAY_RESERVE(s->tasks, s->nr_tasks, s->room_tasks);
	to = &s->tasks[s->nr_tasks++];
	*to = (struct trace_task){.tid = t->tid, .birth = t->birth, .tgid = t->group->tgid};
	memcpy(to->comm, t->comm, COMM_LEN);
}

static void add_group(struct trace_setup *s, const struct group *g)
{
	struct trace_group *to;

	ARRAY_RESERVE(s->groups, s->nr_groups, s->room_groups);
	to = &s->groups[s->nr_groups++];
	to->tgid = g->tgid;
	to->parent_tgid = g->parent_tgid;
	to->start_ns = g->start_ns;
	to->kernel = g->kernel;
	to->name = g->cmdline && *g->cmdline ? escaped(g->cmdline, strlen(g->cmdline))
					     : escaped(g->comm, COMM_LEN);
	to->application = escaped(g->application, strlen(g->application));
	to->application_kind = application_kind_names[g->application_kind];
}

static bool is_over(size_t slot, u64 until_ns)
{
	return !(slot % LOOKED_AT) && clock_ns() > until_ns;
}

bool trace_setup_fill(struct trace_setup *s, const struct task_table *tasks, u64 until_ns)
{
	for (; s->next_thread < task_table_thread_slots(tasks); s->next_thread++) {
		const struct thread *t = task_table_thread(tasks, s->next_thread);

		if (is_over(s->next_thread, until_ns))
			return false;
		if (t && t->tid)
			add_thread(s, t);
	}
	for (; s->next_group < task_table_group_slots(tasks); s->next_group++) {
		const struct group *g = task_table_group(tasks, s->next_group);

		if (is_over(s->next_group, until_ns))
			return false;
		if (g && g->tgid)
			add_group(s, g);
	}
	return true;
}

bool trace_setup_has(const struct trace_setup *s, const char *application)
{
	for (size_t i = 0; i < s->nr_groups; i++)
		if (!strcmp(s->groups[i].application, application))
			return true;
	return false;
}

void trace_setup_release(struct trace_setup *s)
{
	for (size_t i = 0; i < s->nr_groups; i++) {
		free(s->groups[i].name);
		free(s->groups[i].application);
	}
	free(s->groups);
	free(s->tasks);
	free(s->application);
	*s = (struct trace_setup){0};
}
