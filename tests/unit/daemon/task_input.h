/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Task events and switches as the rings deliver them, made by hand. */
#ifndef TVTRACED_TASK_INPUT_H
#define TVTRACED_TASK_INPUT_H

#include <stdio.h>
#include <string.h>

#include "tables/task_table.h"

/* Start times are given in BIRTH units, so that a task's birth is the number in the test. */
#define START_NS(birth) ((u64)(birth) << 10)

struct task_id {
	u32 tid, birth;
};

static const struct task_id idle_task = {0, 0};

/* An event of thread `id` of the group that the thread `leader` leads. */
static inline void send_event(struct task_table *t, enum task_event event, struct task_id id,
			      struct task_id leader, const char *comm, u32 other)
{
	struct task_record r = {
		.ts_ns = 1,
		.start_ns = START_NS(id.birth),
		.leader_start_ns = START_NS(leader.birth),
		.event = event,
		.tid = id.tid,
		.tgid = leader.tid,
		.other = other,
	};

	for (int i = 0; i < COMM_LEN - 1 && comm[i]; i++)
		r.comm[i] = comm[i];
	task_table_event(t, &r);
}

/* A process that another one has forked. */
static inline void send_fork(struct task_table *t, struct task_id child, struct task_id parent)
{
	struct task_record r = {
		.start_ns = START_NS(child.birth),
		.leader_start_ns = START_NS(child.birth),
		.event = TASK_FORK,
		.tid = child.tid,
		.tgid = child.tid,
		.other = parent.tid,
		.other_birth = parent.birth,
	};

	task_table_event(t, &r);
}

static inline void new_thread(struct task_table *t, struct task_id id, struct task_id leader,
			      const char *comm)
{
	send_event(t, TASK_NEW, id, leader, comm, 0);
}

static inline void new_process(struct task_table *t, struct task_id id, const char *comm)
{
	new_thread(t, id, id, comm);
}

static inline struct switch_record switch_of(struct task_id prev, struct task_id next,
					     enum switch_kind kind, enum switch_reason reason,
					     u32 cost_ns)
{
	return (struct switch_record){
		.ts_ns = 2,
		.prev_tid = prev.tid,
		.prev_birth = prev.birth,
		.next_tid = next.tid,
		.next_birth = next.birth,
		.cost_ns = cost_ns,
		.label = LABEL_INDEX(kind, FROM_USER, reason),
	};
}

/* A voluntary switch on CPU 0. */
static inline void send_switch(struct task_table *t, struct task_id prev, struct task_id next,
			       enum switch_kind kind, u32 cost_ns)
{
	struct switch_record r = switch_of(prev, next, kind, REASON_VOLUNTARY, cost_ns);

	task_table_switch(t, 0, &r);
}

/* The last switch of a task, to idle. */
static inline void send_death(struct task_table *t, struct task_id id)
{
	struct switch_record r = switch_of(id, idle_task, KIND_IDLE, REASON_VOLUNTARY, 100);

	r.prev_state = PREV_STATE_DEAD;
	task_table_switch(t, 0, &r);
}

static inline const struct thread *find_thread(const struct task_table *t, struct task_id id)
{
	for (size_t i = 0; i < task_table_thread_slots(t); i++) {
		const struct thread *th = task_table_thread(t, i);

		if (th && th->tid == id.tid && th->birth == id.birth)
			return th;
	}
	return NULL;
}

static inline struct group *find_group(const struct task_table *t, struct task_id leader)
{
	for (size_t i = 0; i < task_table_group_slots(t); i++) {
		struct group *g = task_table_group(t, i);

		if (g && g->tgid == leader.tid && BIRTH_OF(g->start_ns) == leader.birth)
			return g;
	}
	return NULL;
}

static inline void add_charges(struct charges *to, const struct charges *from)
{
	for (int k = 0; k < NR_KINDS; k++) {
		to->switches[k] += from->switches[k];
		to->cost_ns[k] += from->cost_ns[k];
		to->user_switches[k] += from->user_switches[k];
		to->user_cost_ns[k] += from->user_cost_ns[k];
	}
	for (int r = 0; r < NR_REASONS; r++)
		to->reasons[r] += from->reasons[r];
	for (int w = 0; w < NR_WAITS; w++) {
		to->waits[w] += from->waits[w];
		to->wait_ns[w] += from->wait_ns[w];
	}
}

/* All groups and `other`. */
static inline struct charges charges_of_all(const struct task_table *t)
{
	struct charges sum = *task_table_other(t);

	for (size_t i = 0; i < task_table_group_slots(t); i++) {
		const struct group *g = task_table_group(t, i);

		if (g)
			add_charges(&sum, &g->total);
	}
	return sum;
}

#endif
