// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <stdlib.h>

#include "task_input.h"
#include "unit.h"

enum { CPUS = 2, ENOUGH = 1000 };

static const struct task_id a = {100, 1}, b = {200, 2};

/* Later than all that is made by hand. */
static const u64 LATER_NS = 1000000;

/* What has ended of a program; NULL: nothing. */
static const struct ended *ended_of(const struct task_table *t, const char *comm)
{
	for (size_t i = 0; i < MAX_ENDED; i++) {
		const struct ended *e = task_table_ended(t, i);

		if (e && !strcmp(e->comm, comm))
			return e;
	}
	return NULL;
}

static struct task_table *table(void)
{
	struct task_table *t = task_table_new(CPUS, ENOUGH, ENOUGH);

	assert_non_null(t);
	return t;
}

static void a_switch_is_charged_to_next_and_its_reason_to_prev(void **state)
{
	struct task_table *t = table();
	struct switch_record r = switch_of(a, b, KIND_PROCESS, REASON_PREEMPTED, 500);

	(void)state;
	new_process(t, a, "a");
	new_process(t, b, "b");
	task_table_switch(t, 0, &r);
	send_switch(t, b, a, KIND_THREAD, 0);
	assert_int_equal(find_thread(t, b)->total.switches[KIND_PROCESS], 1);
	assert_int_equal(find_thread(t, b)->total.reasons[REASON_VOLUNTARY], 1);
	assert_int_equal(find_thread(t, b)->total.cost_ns[KIND_PROCESS], 500);
	assert_int_equal(find_thread(t, a)->total.reasons[REASON_PREEMPTED], 1);
	assert_int_equal(find_group(t, b)->total.switches[KIND_PROCESS], 1);
	assert_int_equal(find_group(t, b)->total.cost_ns[KIND_PROCESS], 500);
	assert_int_equal(find_group(t, b)->cost[KIND_PROCESS].count, 1);
	assert_int_equal(find_group(t, a)->total.reasons[REASON_PREEMPTED], 1);
	/* Without a cost: counted, but in no histogram. */
	assert_int_equal(find_group(t, a)->total.switches[KIND_THREAD], 1);
	assert_int_equal(find_group(t, a)->cost[KIND_THREAD].count, 0);
	assert_int_equal(task_table_unattributed(t), 0);
	task_table_free(t);
}

static void a_reused_pid_is_another_task(void **state)
{
	const struct task_id later = {a.tid, a.birth + 1};
	struct task_table *t = table();

	(void)state;
	new_process(t, a, "first");
	for (int i = 0; i < 3; i++)
		send_switch(t, idle_task, a, KIND_PROCESS, 10);
	send_event(t, TASK_EXIT, a, a, "first", 0);
	assert_string_equal(find_group(t, a)->comm, "first");
	assert_int_equal(find_thread(t, a)->total.switches[KIND_PROCESS], 3);
	assert_int_equal(find_thread(t, a)->total.cost_ns[KIND_PROCESS], 30);
	new_process(t, later, "second");
	assert_string_equal(find_group(t, later)->comm, "second");
	/* Records of both, in any order, as different CPUs deliver them. */
	send_switch(t, idle_task, later, KIND_PROCESS, 1000);
	send_switch(t, later, idle_task, KIND_IDLE, 0);
	send_switch(t, idle_task, a, KIND_PROCESS, 10);
	send_death(t, a);
	send_switch(t, idle_task, later, KIND_PROCESS, 1000);
	assert_null(find_group(t, later)->ended);
	/* Records that waited on another CPU when it had ended. */
	assert_null(find_thread(t, a));
	assert_null(find_group(t, a));
	assert_non_null(find_thread(t, later));
	send_switch(t, idle_task, a, KIND_PROCESS, 10);
	assert_int_equal(ended_of(t, "first")->total.switches[KIND_PROCESS], 5);
	assert_int_equal(task_table_other(t)->switches[KIND_PROCESS], 5);
	assert_int_equal(task_table_unattributed(t), 0);
	task_table_settle(t, LATER_NS);
	assert_false(task_table_knows(t, a.tid, a.birth));
	assert_int_equal(find_thread(t, later)->total.switches[KIND_PROCESS], 2);
	assert_int_equal(find_thread(t, later)->total.cost_ns[KIND_PROCESS], 2000);
	assert_int_equal(find_group(t, later)->total.switches[KIND_PROCESS], 2);
	assert_int_equal(ended_of(t, "first")->total.cost_ns[KIND_PROCESS], 50);
	task_table_free(t);
}

static void names_change_at_rename_and_exec(void **state)
{
	const struct task_id worker = {a.tid + 1, 7};
	struct task_table *t = table();

	(void)state;
	new_process(t, a, "shell");
	new_thread(t, worker, a, "shell");
	find_group(t, a)->details_read = true;
	send_event(t, TASK_RENAME, worker, a, "worker", 0);
	assert_string_equal(find_thread(t, worker)->comm, "worker");
	assert_string_equal(find_group(t, a)->comm, "shell");
	assert_true(find_group(t, a)->details_read);
	send_event(t, TASK_RENAME, a, a, "leader", 0);
	assert_string_equal(find_group(t, a)->comm, "leader");
	assert_string_equal(find_thread(t, worker)->comm, "worker");
	find_group(t, a)->details_read = true;
	send_event(t, TASK_EXEC, a, a, "program", a.tid);
	assert_string_equal(find_group(t, a)->comm, "program");
	assert_string_equal(find_group(t, a)->application, "program");
	/* Its command line is another one now. */
	assert_false(find_group(t, a)->details_read);
	task_table_free(t);
}

/* sched_process_exec comes with the leader's tid and start time; the leader died before it. */
static void an_exec_of_another_thread_takes_over_the_leader(void **state)
{
	const struct task_id worker = {a.tid + 1, 7};
	struct task_table *t = table();
	struct switch_record late = switch_of(idle_task, worker, KIND_THREAD, REASON_VOLUNTARY, 30);
	struct task_record exec = {
		.ts_ns = 50,
		.start_ns = START_NS(a.birth),
		.leader_start_ns = START_NS(a.birth),
		.event = TASK_EXEC,
		.tid = a.tid,
		.tgid = a.tid,
		.other = worker.tid,
		.comm = "program",
	};

	(void)state;
	new_process(t, a, "old");
	new_thread(t, worker, a, "worker");
	send_switch(t, idle_task, a, KIND_PROCESS, 1000);
	send_switch(t, a, worker, KIND_THREAD, 20);
	send_event(t, TASK_EXIT, a, a, "old", 0);
	send_death(t, a);
	task_table_event(t, &exec);
	assert_int_equal(find_group(t, a)->threads, 1);
	assert_false(find_thread(t, a)->dead);
	assert_false(find_thread(t, a)->exiting);
	assert_null(find_thread(t, worker));
	assert_string_equal(find_group(t, a)->comm, "program");
	/* The thread that runs on has the history of the one that called exec. */
	assert_int_equal(find_thread(t, a)->total.switches[KIND_THREAD], 1);
	assert_int_equal(find_thread(t, a)->total.switches[KIND_PROCESS], 0);
	assert_int_equal(find_thread(t, a)->total.cost_ns[KIND_THREAD], 20);
	/* A record from before the exec that comes after it, and one of its new life. */
	task_table_switch(t, 1, &late);
	late.next_tid = a.tid;
	late.next_birth = a.birth;
	late.ts_ns = 60;
	task_table_switch(t, 1, &late);
	assert_int_equal(find_thread(t, a)->total.switches[KIND_THREAD], 3);
	assert_int_equal(find_group(t, a)->total.switches[KIND_THREAD], 3);
	assert_int_equal(find_group(t, a)->total.switches[KIND_PROCESS], 1);
	/* One from before the exec by the dead leader is the group's, and not the new thread's. */
	late.ts_ns = 40;
	task_table_switch(t, 1, &late);
	assert_int_equal(find_thread(t, a)->total.switches[KIND_THREAD], 3);
	assert_int_equal(find_group(t, a)->total.switches[KIND_THREAD], 4);
	task_table_settle(t, LATER_NS);
	assert_non_null(find_thread(t, a));
	assert_false(task_table_knows(t, worker.tid, worker.birth));
	assert_int_equal(find_group(t, a)->threads, 1);
	assert_int_equal(find_group(t, a)->ended_threads, 2);
	task_table_free(t);
}

static void what_has_ended_is_not_listed_and_still_charged(void **state)
{
	struct task_table *t = table();
	struct charges before, after;

	(void)state;
	new_process(t, a, "a");
	send_switch(t, idle_task, a, KIND_PROCESS, 10);
	send_event(t, TASK_EXIT, a, a, "a", 0);
	/* It still runs after its exit event, for however long. */
	for (int i = 0; i < 5; i++) {
		task_table_settle(t, LATER_NS);
		send_switch(t, a, idle_task, KIND_IDLE, 0);
		send_switch(t, idle_task, a, KIND_PROCESS, 10);
		assert_true(find_thread(t, a)->exiting);
	}
	before = charges_of_all(t);
	assert_int_equal(task_table_nr_threads(t), 2);
	assert_int_equal(task_table_nr_groups(t), 2);
	send_death(t, a);
	assert_null(find_thread(t, a));
	assert_null(find_group(t, a));
	assert_int_equal(task_table_nr_threads(t), 1);
	assert_int_equal(task_table_nr_groups(t), 1);
	/* At once, whatever has been published. */
	assert_int_equal(task_table_other(t)->switches[KIND_PROCESS], 6);
	after = charges_of_all(t);
	before.switches[KIND_IDLE]++;
	before.cost_ns[KIND_IDLE] += 100;
	before.user_switches[KIND_IDLE]++;
	before.user_cost_ns[KIND_IDLE] += 100;
	before.reasons[REASON_VOLUNTARY]++;
	assert_memory_equal(&before, &after, sizeof(before));
	/* Another CPU's ring can hold earlier records of it until all are drained. */
	task_table_settle(t, 2);
	assert_int_equal(task_table_nr_unsettled(t), 1);
	send_switch(t, idle_task, a, KIND_PROCESS, 10);
	assert_int_equal(task_table_other(t)->switches[KIND_PROCESS], 7);
	assert_int_equal(task_table_other(t)->cost_ns[KIND_PROCESS], 70);
	assert_int_equal(ended_of(t, "a")->total.switches[KIND_PROCESS], 7);
	assert_int_equal(ended_of(t, "a")->groups, 1);
	assert_int_equal(ended_of(t, "a")->threads, 1);
	task_table_settle(t, LATER_NS);
	assert_int_equal(task_table_nr_unsettled(t), 0);
	assert_false(task_table_knows(t, a.tid, a.birth));
	/* They were known tasks. */
	assert_int_equal(task_table_unattributed(t), 0);
	task_table_free(t);
}

/* What was published of a group before it ended is not growth of what has ended. */
static void an_interval_grows_by_what_came_in_it(void **state)
{
	struct task_table *t = table();
	const struct ended *e;

	(void)state;
	new_process(t, a, "a");
	for (int i = 0; i < 100; i++)
		send_switch(t, idle_task, a, KIND_PROCESS, 10);
	task_table_published(t);
	send_switch(t, idle_task, a, KIND_PROCESS, 10);
	send_death(t, a);
	e = ended_of(t, "a");
	assert_int_equal(e->total.switches[KIND_PROCESS], 101);
	assert_int_equal(e->published.switches[KIND_PROCESS], 100);
	assert_int_equal(task_table_other_published(t)->switches[KIND_PROCESS], 100);
	task_table_published(t);
	assert_memory_equal(&e->published, &e->total, sizeof(e->total));
	assert_memory_equal(task_table_other_published(t), task_table_other(t), sizeof(e->total));
	task_table_free(t);
}

/* Its event is on its way when the last one that was known ends. */
static void bring_another(void *ctx)
{
	new_thread(ctx, (struct task_id){a.tid + 1, 7}, a, "worker");
}

static void a_group_ends_with_its_last_thread(void **state)
{
	const struct task_id worker = {a.tid + 1, 7};
	struct task_table *t = table();

	(void)state;
	task_table_on_empty(t, bring_another, t);
	new_process(t, a, "a");
	send_switch(t, idle_task, a, KIND_PROCESS, 10);
	send_event(t, TASK_EXIT, a, a, "a", 0);
	send_death(t, a);
	task_table_settle(t, LATER_NS);
	assert_null(find_thread(t, a));
	assert_int_equal(find_group(t, a)->threads, 1);
	assert_int_equal(find_group(t, a)->ended_threads, 1);
	send_switch(t, idle_task, worker, KIND_PROCESS, 10);
	assert_int_equal(find_group(t, a)->total.switches[KIND_PROCESS], 2);
	task_table_on_empty(t, NULL, NULL);
	send_event(t, TASK_EXIT, worker, a, "worker", 0);
	send_death(t, worker);
	assert_null(find_group(t, a));
	assert_int_equal(ended_of(t, "a")->groups, 1);
	assert_int_equal(ended_of(t, "a")->threads, 2);
	assert_int_equal(ended_of(t, "a")->total.switches[KIND_PROCESS], 2);
	task_table_free(t);
}

/* Only when events were lost: a thread turns up of a group that has ended. */
static void nothing_falls_when_a_group_comes_back(void **state)
{
	const struct task_id worker = {a.tid + 1, 7};
	struct task_table *t = table();

	(void)state;
	new_process(t, a, "a");
	send_switch(t, idle_task, a, KIND_PROCESS, 10);
	send_death(t, a);
	new_thread(t, worker, a, "worker");
	send_switch(t, idle_task, worker, KIND_PROCESS, 10);
	assert_int_equal(find_group(t, a)->total.switches[KIND_PROCESS], 1);
	assert_int_equal(task_table_other(t)->switches[KIND_PROCESS], 1);
	send_death(t, worker);
	assert_int_equal(task_table_other(t)->switches[KIND_PROCESS], 2);
	task_table_settle(t, LATER_NS);
	assert_int_equal(task_table_nr_groups(t), 1);
	task_table_free(t);
}

/* More programs end than there is room for; those that grew last are kept. */
static void what_has_ended_is_kept_by_program(void **state)
{
	enum { PROGRAMS = 3 * MAX_ENDED };
	struct task_table *t = table();
	char name[COMM_LEN];
	u64 of_programs = 0;

	(void)state;
	for (u32 i = 1; i <= PROGRAMS; i++) {
		const struct task_id one = {i, i}, again = {PROGRAMS + i, i};

		snprintf(name, sizeof(name), "program-%u", i);
		new_process(t, one, name);
		new_process(t, again, "always");
		send_switch(t, idle_task, one, KIND_PROCESS, 10);
		send_switch(t, idle_task, again, KIND_THREAD, 10);
		send_death(t, one);
		send_death(t, again);
		if (i % 100 == 0)
			task_table_settle(t, LATER_NS);
	}
	assert_int_equal(ended_of(t, "always")->groups, PROGRAMS);
	assert_null(ended_of(t, "program-1"));
	assert_non_null(ended_of(t, name));
	for (size_t i = 0; i < MAX_ENDED; i++)
		of_programs += task_table_ended(t, i)->total.switches[KIND_PROCESS];
	assert_int_equal(of_programs, MAX_ENDED - 1);
	assert_int_equal(task_table_other(t)->switches[KIND_PROCESS], PROGRAMS);
	task_table_free(t);
}

/* A number has one living task: the record that tells of an end may come later. */
static void a_number_is_never_listed_twice(void **state)
{
	const struct task_id later = {a.tid, a.birth + 1};
	struct task_table *t = table();

	(void)state;
	new_process(t, a, "first");
	new_process(t, later, "second");
	assert_null(find_thread(t, a));
	assert_int_equal(task_table_nr_threads(t), 2);
	send_switch(t, idle_task, a, KIND_PROCESS, 10);
	send_death(t, a);
	assert_int_equal(ended_of(t, "first")->total.switches[KIND_PROCESS], 1);
	assert_int_equal(ended_of(t, "first")->total.reasons[REASON_VOLUNTARY], 1);
	assert_non_null(find_thread(t, later));
	assert_int_equal(task_table_nr_threads(t), 2);
	task_table_settle(t, LATER_NS);
	assert_non_null(find_thread(t, later));
	task_table_free(t);
}

/* Whoever was told of a group hears of its end, once. */
static void ends_are_told(void **state)
{
	struct task_table *t = table();
	u64 seq;
	size_t n;

	(void)state;
	new_process(t, a, "a");
	new_process(t, b, "b");
	find_group(t, a)->told = true;
	seq = task_table_next_seq(t);
	assert_true(task_table_ends(t, seq, &n));
	assert_int_equal(n, 0);
	send_death(t, a);
	send_death(t, b);
	assert_true(task_table_ends(t, seq, &n));
	assert_int_equal(n, 1);
	assert_int_equal(task_table_end(t, 0)->tgid, a.tid);
	assert_int_equal(task_table_end(t, 0)->start_ns, START_NS(a.birth));
	assert_int_equal(task_table_end(t, 0)->ended, ended_of(t, "a")->id);
	assert_true(task_table_ends(t, task_table_next_seq(t), &n));
	assert_int_equal(n, 0);
	task_table_free(t);
}

static void too_many_ends_are_not_told(void **state)
{
	enum { MANY = 10000 };
	struct task_table *t = task_table_new(CPUS, MANY, MANY);
	size_t n;

	(void)state;
	for (u32 i = 1; i <= MANY; i++) {
		new_process(t, (struct task_id){i, i}, "a");
		find_group(t, (struct task_id){i, i})->told = true;
		send_death(t, (struct task_id){i, i});
		task_table_settle(t, LATER_NS);
		if (i == MANY / 2)
			assert_true(task_table_ends(t, 0, &n));
	}
	assert_false(task_table_ends(t, 0, &n));
	task_table_free(t);
}

/* The event of a task waits in another ring than its switches. */
static void introduce(void *ctx, u32 tid, u32 birth)
{
	const struct task_id id = {tid, birth};

	new_process(ctx, id, "late");
}

static void an_unknown_task_is_asked_for(void **state)
{
	struct task_table *t = table();

	(void)state;
	send_switch(t, idle_task, a, KIND_PROCESS, 10);
	assert_int_equal(task_table_unattributed(t), 1);
	assert_false(task_table_knows(t, a.tid, a.birth));
	task_table_on_miss(t, introduce, t);
	send_switch(t, idle_task, a, KIND_PROCESS, 10);
	assert_int_equal(task_table_unattributed(t), 1);
	assert_true(task_table_knows(t, a.tid, a.birth));
	assert_false(task_table_knows(t, a.tid, a.birth + 1));
	assert_string_equal(find_group(t, a)->comm, "late");
	assert_int_equal(find_thread(t, a)->total.switches[KIND_PROCESS], 1);
	task_table_free(t);
}

static void an_exit_alone_adds_nothing(void **state)
{
	struct task_table *t = table();
	size_t threads = task_table_nr_threads(t);

	(void)state;
	send_event(t, TASK_EXIT, a, a, "a", 0);
	assert_int_equal(task_table_nr_threads(t), threads);
	task_table_free(t);
}

enum { TASKS = 500, GROUP_THREADS = 5 };

static struct task_id leader_of(u32 tid)
{
	u32 leader = (tid - 1) / GROUP_THREADS * GROUP_THREADS + 1;

	return (struct task_id){leader, leader};
}

/* Random switches between all tasks, known and unknown; `expected` adds them up. */
static u64 switch_at_random(struct task_table *t, struct charges *expected)
{
	struct task_id now[CPUS] = {{0, 0}, {0, 0}};
	u64 random = 7, unattributed = 0;

	for (int i = 0; i < 200000; i++) {
		u32 cpu = i % CPUS, n = (u32)(next_random(&random) % (TASKS + 1));
		u32 cost = (u32)(next_random(&random) % 5000);
		enum switch_kind kind = n ? next_random(&random) % KIND_IDLE : KIND_IDLE;
		enum switch_reason reason = next_random(&random) % NR_REASONS;
		const struct task_id next = {n, n};
		struct switch_record r = switch_of(now[cpu], next, kind, reason, cost);
		u64 wait = next_random(&random) % 9000;
		enum wait_after after = next_random(&random) % NR_WAITS;

		if (n) {
			r.wait = WAIT_OF(wait, after);
			expected->waits[after]++;
			expected->wait_ns[after] += wait;
		}
		task_table_switch(t, cpu, &r);
		now[cpu] = next;
		expected->switches[kind]++;
		expected->cost_ns[kind] += cost;
		expected->user_switches[kind]++;
		expected->user_cost_ns[kind] += cost;
		expected->reasons[reason]++;
		unattributed += !find_thread(t, next);
		if (i % 20000 == 0)
			task_table_settle(t, LATER_NS);
	}
	return unattributed;
}

/* Many more tasks than fit; every switch is found again, in a group or in `other`. */
static void check_caps(size_t max_threads, size_t max_groups, size_t threads, size_t groups)
{
	struct task_table *t = task_table_new(CPUS, max_threads, max_groups);
	struct charges expected = {0}, got;
	u64 unattributed;

	for (u32 i = 1; i <= TASKS; i++)
		new_thread(t, (struct task_id){i, i}, leader_of(i), "task");
	assert_int_equal(task_table_nr_threads(t), threads + 1);
	assert_int_equal(task_table_nr_groups(t), groups + 1);
	unattributed = switch_at_random(t, &expected);
	got = charges_of_all(t);
	assert_memory_equal(&got, &expected, sizeof(got));
	assert_int_equal(task_table_unattributed(t), unattributed);
	assert_true(unattributed > 0);
	task_table_free(t);
}

static void what_does_not_fit_goes_to_other(void **state)
{
	(void)state;
	check_caps(100, 1000, 100, 100 / GROUP_THREADS);
	check_caps(1000, 30, 30 * GROUP_THREADS, 30);
}

static void the_idle_tasks_always_fit(void **state)
{
	struct task_table *t = task_table_new(CPUS, 0, 0);

	(void)state;
	new_process(t, a, "a");
	send_switch(t, a, idle_task, KIND_IDLE, 10);
	assert_null(find_thread(t, a));
	assert_int_equal(find_thread(t, idle_task)->total.switches[KIND_IDLE], 1);
	assert_int_equal(task_table_unattributed(t), 0);
	task_table_free(t);
}

static void room_is_made_by_retiring(void **state)
{
	struct task_table *t = task_table_new(CPUS, 1, 1);

	(void)state;
	new_process(t, a, "a");
	new_process(t, b, "b");
	assert_null(find_thread(t, b));
	send_death(t, a);
	task_table_settle(t, LATER_NS);
	new_process(t, b, "b");
	assert_non_null(find_thread(t, b));
	task_table_free(t);
}

static struct task_id living;

static bool lives(u32 tid, u32 birth)
{
	return tid == living.tid && birth == living.birth;
}

static void a_resync_mends_lost_events(void **state)
{
	const struct task_id young = {300, 1000}, missed = {400, 5};
	struct task_table *t = table();

	(void)state;
	new_process(t, a, "a");
	new_process(t, b, "b");
	task_table_resync_begin(t, START_NS(900));
	send_event(t, TASK_EXISTING, b, b, "renamed", 1);
	send_event(t, TASK_EXISTING, missed, missed, "missed", 1);
	/* Born while the kernel's list was read: not on it, and alive. */
	new_process(t, young, "young");
	task_table_resync_end(t, 900, lives);
	assert_null(find_thread(t, a));
	assert_null(find_group(t, a));
	assert_string_equal(find_thread(t, b)->comm, "renamed");
	assert_int_equal(find_group(t, b)->parent_tgid, 1);
	/* Records of it may still be on their way. */
	task_table_settle(t, 900);
	assert_true(task_table_knows(t, a.tid, a.birth));
	task_table_settle(t, LATER_NS);
	assert_false(task_table_knows(t, a.tid, a.birth));
	assert_non_null(find_thread(t, b));
	assert_non_null(find_thread(t, missed));
	assert_non_null(find_thread(t, young));
	assert_non_null(find_thread(t, idle_task));
	task_table_free(t);
}

/* The kernel's list does not have them, so it tells nothing of their end. */
static void a_resync_leaves_those_that_only_proc_shows(void **state)
{
	const struct task_id hidden = {500, 5}, ended = {501, 5};
	struct task_table *t = table();

	(void)state;
	living = hidden;
	send_event(t, TASK_FOUND, hidden, hidden, "hidden", 0);
	send_event(t, TASK_FOUND, ended, ended, "ended", 0);
	task_table_resync_begin(t, START_NS(900));
	task_table_resync_end(t, 900, lives);
	assert_non_null(find_thread(t, hidden));
	assert_null(find_thread(t, ended));
	task_table_free(t);
}

/* A lost rename or exec of a leader changes the group's name as well. */
static void a_resync_brings_the_name_of_the_group(void **state)
{
	struct task_table *t = table();

	(void)state;
	new_process(t, a, "before");
	task_table_resync_begin(t, START_NS(900));
	send_event(t, TASK_EXISTING, a, a, "after", 1);
	task_table_resync_end(t, 900, lives);
	assert_string_equal(find_thread(t, a)->comm, "after");
	assert_string_equal(find_group(t, a)->comm, "after");
	task_table_free(t);
}

static void a_missing_last_switch_is_noticed(void **state)
{
	const u64 second = 1000000000;
	struct task_table *t = table();

	(void)state;
	new_process(t, a, "a");
	assert_false(task_table_overdue(t, 3600 * second));
	send_event(t, TASK_EXIT, a, a, "a", 0);
	assert_false(task_table_overdue(t, 1 * second));
	assert_true(task_table_overdue(t, 60 * second));
	task_table_resync_begin(t, 60 * second);
	task_table_resync_end(t, 900, lives);
	assert_false(task_table_overdue(t, 60 * second));
	task_table_free(t);
}

/* So many wait in vain that the table might fill with them; but not anew at each look. */
static void many_missing_last_switches_are_noticed_soon(void **state)
{
	const u64 second = 1000000000;
	enum { MANY = 5000 };
	struct task_table *t = task_table_new(CPUS, MANY, MANY);

	(void)state;
	for (u32 i = 1; i <= MANY; i++) {
		new_process(t, (struct task_id){i, i}, "a");
		send_event(t, TASK_EXIT, (struct task_id){i, i}, (struct task_id){i, i}, "a", 0);
	}
	assert_true(task_table_overdue(t, 2 * second));
	task_table_resync_begin(t, 2 * second);
	task_table_resync_end(t, 2 * second, lives);
	assert_false(task_table_overdue(t, 2 * second + 1));
	assert_int_equal(task_table_nr_unsettled(t), MANY);
	task_table_free(t);
}

static void names_without_an_end_are_cut(void **state)
{
	struct task_table *t = table();
	struct task_record r = {.event = TASK_NEW,
				.tid = a.tid,
				.tgid = a.tid,
				.start_ns = START_NS(a.birth),
				.leader_start_ns = START_NS(a.birth)};

	(void)state;
	memset(r.comm, 'x', COMM_LEN);
	task_table_event(t, &r);
	assert_int_equal(strnlen(find_group(t, a)->comm, COMM_LEN), COMM_LEN - 1);
	assert_int_equal(strnlen(find_thread(t, a)->comm, COMM_LEN), COMM_LEN - 1);
	task_table_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_switch_is_charged_to_next_and_its_reason_to_prev),
		cmocka_unit_test(a_reused_pid_is_another_task),
		cmocka_unit_test(names_change_at_rename_and_exec),
		cmocka_unit_test(an_exec_of_another_thread_takes_over_the_leader),
		cmocka_unit_test(what_has_ended_is_not_listed_and_still_charged),
		cmocka_unit_test(an_interval_grows_by_what_came_in_it),
		cmocka_unit_test(a_group_ends_with_its_last_thread),
		cmocka_unit_test(nothing_falls_when_a_group_comes_back),
		cmocka_unit_test(what_has_ended_is_kept_by_program),
		cmocka_unit_test(a_number_is_never_listed_twice),
		cmocka_unit_test(ends_are_told),
		cmocka_unit_test(too_many_ends_are_not_told),
		cmocka_unit_test(an_unknown_task_is_asked_for),
		cmocka_unit_test(an_exit_alone_adds_nothing),
		cmocka_unit_test(what_does_not_fit_goes_to_other),
		cmocka_unit_test(the_idle_tasks_always_fit),
		cmocka_unit_test(room_is_made_by_retiring),
		cmocka_unit_test(a_resync_mends_lost_events),
		cmocka_unit_test(a_resync_leaves_those_that_only_proc_shows),
		cmocka_unit_test(a_resync_brings_the_name_of_the_group),
		cmocka_unit_test(a_missing_last_switch_is_noticed),
		cmocka_unit_test(many_missing_last_switches_are_noticed_soon),
		cmocka_unit_test(names_without_an_end_are_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
