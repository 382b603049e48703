// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "advise/seen.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "advise/overlap.h"
#include "common/alloc.h"
#include "common/array.h"
#include "common/index.h"
#include "common/names.h"

enum { MAX_CPUS = 1 << 10 };

static const double busy_share = 0.95;

/* A task that ran. */
struct runner {
	const struct traced *task;
	u64 run_ns;
	bool left_out; /* of what its group had */
	struct histogram wait;
};

/* A CPU changed from a task with an address space to another such one. */
struct follow {
	const struct traced *from, *to; /* group leaders, once all is seen */
	u64 count[NR_KINDS];
};

struct seen_cpu {
	bool begun;
	const struct traced *running, *first;
	const struct traced *loaded; /* whose address space is loaded; NULL: not known */
	u64 first_ns, last_ns;
};

struct seen {
	struct trace_model *model;
	struct seen_cpu *cpus[MAX_CPUS];
	struct index *by_task, *by_follow;
	struct runner **runners;
	size_t nr_runners, room_runners;
	struct follow **follows;
	size_t nr_follows, room_follows;
	struct overlap *overlap;
	u64 first_ns, last_ns;
	struct seen_application *applications;
	size_t nr_applications;
	struct seen_group *groups;
};

static struct runner *runner_of(struct seen *s, const struct traced *task)
{
	struct runner *r = index_find(s->by_task, (u64)(uintptr_t)task);

	if (r)
		return r;
	ARRAY_RESERVE(s->runners, s->nr_runners, s->room_runners);
	r = xcalloc(1, sizeof(*r));
	r->task = task;
	s->runners[s->nr_runners++] = r;
	index_add(s->by_task, (u64)(uintptr_t)task, r);
	return r;
}

static void ran(struct seen *s, u32 cpu, const struct traced *task, u64 begin_ns, u64 end_ns)
{
	if (!task || !task->tid || end_ns <= begin_ns)
		return;
	runner_of(s, task)->run_ns += end_ns - begin_ns;
	overlap_add(s->overlap, task->tgid, cpu, begin_ns, end_ns);
}

/* Counts by thread groups, whose ids are known here; the same tgid may be used again later. */
static void count_follow(struct seen *s, const struct traced *from, const struct joined *j)
{
	u64 key = (u64)from->tgid << 32 | j->next->tgid;
	struct follow *f;

	if (from == j->next)
		return;
	f = index_find(s->by_follow, key);
	if (!f) {
		ARRAY_RESERVE(s->follows, s->nr_follows, s->room_follows);
		f = xcalloc(1, sizeof(*f));
		f->from = from;
		f->to = j->next;
		s->follows[s->nr_follows++] = f;
		index_add(s->by_follow, key, f);
	}
	f->count[j->kind]++;
}

static void follow(struct seen *s, struct seen_cpu *c, const struct joined *j)
{
	bool has_mm = j->labelled && (j->kind == KIND_THREAD || j->kind == KIND_PROCESS);

	if (!j->prev)
		c->loaded = NULL;
	else if (j->labelled && j->from == FROM_USER)
		c->loaded = j->prev;
	if (!has_mm)
		return;
	if (c->loaded && j->next)
		count_follow(s, c->loaded, j);
	c->loaded = j->next;
}

static void switched(void *ctx, u32 cpu, const struct joined *j)
{
	struct seen *s = ctx;
	struct seen_cpu *c = s->cpus[cpu];

	if (!c) {
		c = s->cpus[cpu] = xcalloc(1, sizeof(*c));
		c->first = j->prev;
		c->first_ns = j->ts_ns;
	} else if (j->prev == c->running) {
		ran(s, cpu, j->prev, c->last_ns, j->ts_ns);
	}
	if (j->ts_ns < s->first_ns)
		s->first_ns = j->ts_ns;
	if (j->ts_ns > s->last_ns)
		s->last_ns = j->ts_ns;
	follow(s, c, j);
	if (j->next && j->wait)
		histogram_add(&runner_of(s, j->next)->wait, WAIT_NS(j->wait));
	c->running = j->next;
	c->last_ns = j->ts_ns;
}

struct seen *seen_new(struct trace_model *m)
{
	struct seen *s = xcalloc(1, sizeof(*s));

	s->model = m;
	s->first_ns = UINT64_MAX;
	s->by_task = index_new();
	s->by_follow = index_new();
	s->overlap = overlap_new();
	trace_model_watch(m, switched, s);
	return s;
}

void seen_free(struct seen *s)
{
	for (size_t i = 0; i < MAX_CPUS; i++)
		free(s->cpus[i]);
	for (size_t i = 0; i < s->nr_runners; i++) {
		histogram_release(&s->runners[i]->wait);
		free(s->runners[i]);
	}
	for (size_t i = 0; i < s->nr_follows; i++)
		free(s->follows[i]);
	index_free(s->by_task);
	index_free(s->by_follow);
	overlap_free(s->overlap);
	free(s->runners);
	free(s->follows);
	free(s->applications);
	free(s->groups);
	free(s);
}

double seen_seconds(const struct seen *s)
{
	return s->last_ns > s->first_ns ? (double)(s->last_ns - s->first_ns) / 1e9 : 0;
}

/* What ran before the first switch of a CPU, and what after its last. */
static void complete_cpus(struct seen *s)
{
	for (u32 i = 0; i < MAX_CPUS; i++) {
		const struct seen_cpu *c = s->cpus[i];

		if (!c)
			continue;
		ran(s, i, c->first, s->first_ns, c->first_ns);
		ran(s, i, c->running, c->last_ns, s->last_ns);
	}
}

static int by_application(const char *name, const char *kind, const char *name2, const char *kind2)
{
	int order = strcmp(name, name2);

	return order ? order : strcmp(kind, kind2);
}

static const char *application_of(const struct traced *leader)
{
	return leader->application ? leader->application : "";
}

static const char *kind_of(const struct traced *leader)
{
	return leader->kind ? leader->kind : "";
}

/* By application, and within one by group, the threads that ran longest first. */
static int by_group(const void *a, const void *b)
{
	const struct runner *x = *(struct runner *const *)a, *y = *(struct runner *const *)b;
	const struct traced *l = x->task->leader, *m = y->task->leader;
	int order = by_application(application_of(l), kind_of(l), application_of(m), kind_of(m));

	if (order)
		return order;
	if (l != m)
		return (uintptr_t)l < (uintptr_t)m ? -1 : 1;
	return (x->run_ns < y->run_ns) - (x->run_ns > y->run_ns);
}

static bool is_brief(const struct traced *task)
{
	return task->born_ns && task->ended_ns && task->ended_ns - task->born_ns < SHAPE_BRIEF_NS;
}

static int by_run(const void *a, const void *b)
{
	const struct seen_group *x = a, *y = b;

	return (x->run_ns < y->run_ns) - (x->run_ns > y->run_ns);
}

/* How few of the values, in falling order, make up 95% of all. */
static u32 few_of(u64 sum, u64 (*value)(const void *items, size_t i), const void *items, size_t n)
{
	u64 so_far = 0;
	u32 few = 0;

	for (size_t i = 0; i < n && (double)so_far < (double)sum * busy_share; i++) {
		u64 v = value(items, i);

		so_far += v;
		few += v > 0;
	}
	return few;
}

static u64 thread_run_ns(const void *items, size_t i)
{
	const struct runner *r = ((struct runner *const *)items)[i];

	return r->left_out ? 0 : r->run_ns;
}

static u64 group_run_ns(const void *items, size_t i)
{
	return ((const struct seen_group *)items)[i].run_ns;
}

/* Takes the n runners of one group; without those that lived briefly, if that is asked for. */
static void take_group(struct seen_group *g, struct runner **runners, size_t n, bool without_brief)
{
	g->leader = runners[0]->task->leader;
	for (size_t i = 0; i < n; i++) {
		runners[i]->left_out = without_brief && is_brief(runners[i]->task);
		g->run_ns += thread_run_ns(runners, i);
	}
	g->busy_threads = few_of(g->run_ns, thread_run_ns, runners, n);
}

static u32 most_busy_threads(const struct seen_application *a)
{
	u32 most = 0;

	for (size_t i = 0; i < a->features.busy_groups; i++)
		if (a->groups[i].busy_threads > most)
			most = a->groups[i].busy_threads;
	return most;
}

/* The stretch in which the application was there, in s. */
static double seconds_of(const struct seen *s, struct runner **runners, size_t n)
{
	u64 begin_ns = s->last_ns, end_ns = s->first_ns;

	for (size_t i = 0; i < n; i++) {
		const struct traced *t = runners[i]->task;

		if (t->born_ns < begin_ns)
			begin_ns = t->born_ns;
		if (!t->ended_ns || t->ended_ns > end_ns)
			end_ns = t->ended_ns ? t->ended_ns : s->last_ns;
	}
	begin_ns = begin_ns > s->first_ns ? begin_ns : s->first_ns;
	end_ns = end_ns < s->last_ns ? end_ns : s->last_ns;
	return end_ns > begin_ns ? (double)(end_ns - begin_ns) / 1e9 : 0;
}

static void set_rates(struct seen_application *a, double seconds, u64 run_ns)
{
	const struct charges *c = &a->row->grown;
	struct features *f = &a->features;

	f->seconds = seconds;
	if (seconds <= 0)
		return;
	f->cpus = (double)run_ns / 1e9 / seconds;
	f->switches = (double)charges_switches(c) / seconds;
	f->voluntary = (double)c->reasons[REASON_VOLUNTARY] / seconds;
	f->preempted = (double)c->reasons[REASON_PREEMPTED] / seconds;
	for (int k = 0; k < NR_CREATIONS; k++)
		f->created[k] = (double)a->row->created.count[k] / seconds;
}

static void take_application(struct seen *s, struct seen_application *a, struct runner **runners,
			     size_t n)
{
	struct histogram wait = {0};
	u64 run_ns = 0, busy_ns = 0;
	bool without_brief;

	for (size_t i = 0; i < n; i++) {
		run_ns += runners[i]->run_ns;
		histogram_merge(&wait, &runners[i]->wait);
	}
	a->wait_p99_ns = histogram_quantile(&wait, 0.99);
	histogram_release(&wait);
	set_rates(a, seconds_of(s, runners, n), run_ns);
	without_brief = shape_creates(&a->features) != NR_CREATIONS;
	for (size_t i = 0, end; i < n; i = end) {
		struct seen_group *g = &a->groups[a->nr_groups++];

		for (end = i + 1; end < n; end++)
			if (runners[end]->task->leader != runners[i]->task->leader)
				break;
		take_group(g, runners + i, end - i, without_brief);
		busy_ns += g->run_ns;
	}
	qsort(a->groups, a->nr_groups, sizeof(*a->groups), by_run);
	a->features.busy_groups = few_of(busy_ns, group_run_ns, a->groups, a->nr_groups);
	a->features.busy_threads = most_busy_threads(a);
	a->features.overlap = overlap_share(s->overlap, a->groups[0].leader->tgid);
}

static const struct row *find_row(const struct row *rows, size_t n, const struct traced *leader)
{
	for (size_t i = 0; i < n; i++)
		if (!by_application(rows[i].name, rows[i].kind, application_of(leader),
				    kind_of(leader)))
			return &rows[i];
	return NULL;
}

static bool is_program(const struct row *row)
{
	return row && *row->name && strcmp(row->name, NAME_KERNEL) != 0 &&
	       strcmp(row->name, NAME_IDLE) != 0;
}

static bool is_same(const struct traced *l, const struct traced *m)
{
	return !by_application(application_of(l), kind_of(l), application_of(m), kind_of(m));
}

static struct seen_application *find(struct seen *s, const struct traced *leader)
{
	for (size_t i = 0; i < s->nr_applications; i++)
		if (is_same(s->applications[i].groups[0].leader, leader))
			return &s->applications[i];
	return NULL;
}

/* Counts who followed whom within an application. */
static void add_follows(struct seen *s)
{
	for (size_t i = 0; i < s->nr_follows; i++) {
		const struct follow *f = s->follows[i];
		const struct traced *from = f->from->leader, *to = f->to->leader;
		struct seen_application *a = from && to && is_same(from, to) ? find(s, to) : NULL;

		if (!a || a->features.seconds <= 0)
			continue;
		if (from == to)
			a->features.same_group +=
				(double)f->count[KIND_THREAD] / a->features.seconds;
		else
			a->features.sibling += (double)f->count[KIND_PROCESS] / a->features.seconds;
	}
}

static void count_living(struct seen *s)
{
	const struct trace_tasks *tasks = trace_model_tasks(s->model);

	for (size_t i = 0; i < trace_tasks_count(tasks); i++) {
		const struct traced *t = trace_tasks_at(tasks, i);
		struct seen_application *a = t->ended_ns || !t->leader ? NULL : find(s, t->leader);

		if (!a)
			continue;
		a->living_threads++;
		a->living_groups += t->leader == t;
	}
}

static int by_cpus(const void *a, const void *b)
{
	const struct seen_application *x = a, *y = b;

	return (x->features.cpus < y->features.cpus) - (x->features.cpus > y->features.cpus);
}

/* Leaves out tasks of which the trace does not know the group. */
static void keep_known(struct seen *s)
{
	size_t kept = 0;

	for (size_t i = 0; i < s->nr_runners; i++) {
		struct runner *r = s->runners[i];

		if (r->task->leader) {
			s->runners[kept++] = r;
			continue;
		}
		histogram_release(&r->wait);
		free(r);
	}
	s->nr_runners = kept;
}

const struct seen_application *seen_applications(struct seen *s, size_t *n)
{
	size_t nr_rows, next_group = 0;
	const struct row *rows = trace_model_rows(s->model, TRACE_APPLICATIONS, &nr_rows);

	complete_cpus(s);
	keep_known(s);
	qsort(s->runners, s->nr_runners, sizeof(struct runner *), by_group);
	s->applications = xcalloc(s->nr_runners + 1, sizeof(*s->applications));
	s->groups = xcalloc(s->nr_runners + 1, sizeof(*s->groups));
	for (size_t i = 0, end; i < s->nr_runners; i = end) {
		const struct traced *leader = s->runners[i]->task->leader;
		struct seen_application *a = &s->applications[s->nr_applications];

		for (end = i + 1; end < s->nr_runners; end++)
			if (!is_same(s->runners[end]->task->leader, leader))
				break;
		*a = (struct seen_application){.row = find_row(rows, nr_rows, leader),
					       .groups = s->groups + next_group};
		if (!is_program(a->row))
			continue;
		take_application(s, a, s->runners + i, end - i);
		next_group += a->nr_groups;
		s->nr_applications++;
	}
	add_follows(s);
	count_living(s);
	qsort(s->applications, s->nr_applications, sizeof(*s->applications), by_cpus);
	*n = s->nr_applications;
	return s->applications;
}
