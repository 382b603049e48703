/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A table of tasks and its series, and a scraper that sees that none falls and all add up. */
#ifndef TVTRACED_SERIES_BENCH_H
#define TVTRACED_SERIES_BENCH_H

#include <stdlib.h>

#include "outputs/series.h"
#include "task_input.h"
#include "unit.h"

enum { MANY_TASKS = 20000, MOST_NAMES = 4000 };

/* What a scraper remembers of each name that it ever saw. */
struct seen_series {
	char name[SERIES_NAME_LEN + 1];
	struct charges total;
	u64 update; /* when it was there last */
};

struct bench {
	struct task_table *tasks;
	struct series_table *series;
	struct seen_series *seen;
	size_t nr_seen;
	u64 updates;
	u32 next_tid;
};

static inline void bench_open_by(struct bench *b, const char *label)
{
	memset(b, 0, sizeof(*b));
	b->tasks = task_table_new(1, MANY_TASKS, MANY_TASKS);
	b->series = series_new(group_label_find(label));
	b->seen = calloc(MOST_NAMES, sizeof(*b->seen));
	assert_non_null(b->seen);
	b->next_tid = 10;
}

static inline void bench_open(struct bench *b)
{
	bench_open_by(b, "comm");
}

static inline void bench_close(struct bench *b)
{
	series_free(b->series);
	task_table_free(b->tasks);
	free(b->seen);
}

static inline struct seen_series *seen(struct bench *b, const char *name)
{
	for (size_t i = 0; i < b->nr_seen; i++)
		if (!strcmp(b->seen[i].name, name))
			return &b->seen[i];
	assert_true(b->nr_seen < MOST_NAMES);
	snprintf(b->seen[b->nr_seen].name, sizeof(b->seen[0].name), "%s", name);
	return &b->seen[b->nr_seen++];
}

static inline void scrape_one(struct bench *b, const struct series *s)
{
	struct seen_series *before = seen(b, s->name);

	/* Nothing twice. */
	assert_int_not_equal(before->update, b->updates);
	before->update = b->updates;
	for (int k = 0; k < NR_KINDS; k++) {
		assert_true(s->total.switches[k] >= before->total.switches[k]);
		assert_true(s->total.cost_ns[k] >= before->total.cost_ns[k]);
		assert_true(s->total.user_switches[k] >= before->total.user_switches[k]);
		assert_true(s->total.user_switches[k] <= s->total.switches[k]);
	}
	before->total = s->total;
}

/* All that was ever charged is in the series that were ever there. */
static inline void check_sums(const struct bench *b)
{
	struct charges expected = charges_of_all(b->tasks), sum = {0};

	for (size_t i = 0; i < b->nr_seen; i++)
		add_charges(&sum, &b->seen[i].total);
	/* How tasks left is not published by name. */
	memset(sum.reasons, 0, sizeof(sum.reasons));
	memset(expected.reasons, 0, sizeof(expected.reasons));
	assert_memory_equal(&sum, &expected, sizeof(sum));
}

static inline void publish(struct bench *b)
{
	const struct publication p = {.now.tasks = b->tasks};
	const struct series *s;
	size_t n;

	series_update(b->series, &p);
	b->updates++;
	for (n = 0; (s = series_shown(b->series, n)); n++)
		scrape_one(b, s);
	assert_in_range(n, 3, TOP_SERIES + 3);
	check_sums(b);
	task_table_published(b->tasks);
	task_table_settle(b->tasks, UINT64_MAX);
}

static inline struct task_id start(struct bench *b, const char *comm)
{
	const struct task_id id = {b->next_tid, b->next_tid};

	b->next_tid++;
	new_process(b->tasks, id, comm);
	return id;
}

static inline void run(struct bench *b, struct task_id id, int times)
{
	for (int i = 0; i < times; i++)
		send_switch(b->tasks, idle_task, id, KIND_PROCESS, 1000);
}

static inline const struct series *shown(const struct bench *b, const char *name)
{
	const struct series *s;

	for (size_t i = 0; (s = series_shown(b->series, i)); i++)
		if (!strcmp(s->name, name))
			return s;
	return NULL;
}

static inline u64 shown_switches(const struct bench *b, const char *name, enum switch_kind kind)
{
	const struct series *s = shown(b, name);

	assert_non_null(s);
	return s->total.switches[kind];
}

#endif
