// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Details of real processes, by tables that know nothing but their ids. */
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "start_time.h"
#include "tables/proc_details.h"
#include "tables/procfs.h"
#include "task_input.h"
#include "unit.h"

enum { MAX_PID = 1 << 22, MAX_GROUPS = 100, FOREVER = 1000000000 };

struct bench {
	struct task_table *tasks;
	struct proc_details *details;
	pid_t child;
};

static void bench_open(struct bench *b, bool cmdline)
{
	pid_t parent = getpid();

	b->tasks = task_table_new(1, 1000, MAX_GROUPS);
	b->details = proc_details_new(b->tasks, MAX_GROUPS, cmdline);
	b->child = fork();
	assert_true(b->child >= 0);
	if (!b->child) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() == parent)
			pause();
		_exit(0);
	}
}

static void bench_close(struct bench *b)
{
	proc_details_free(b->details);
	task_table_free(b->tasks);
	kill(b->child, SIGKILL);
	waitpid(b->child, NULL, 0);
}

static struct task_id child_of(const struct bench *b)
{
	return (struct task_id){(u32)b->child, BIRTH_OF(start_ns_of(b->child))};
}

/* As it is: of another start time /proc is not believed. */
static void new_child(const struct bench *b)
{
	struct task_record r = {.event = TASK_NEW,
				.start_ns = start_ns_of(b->child),
				.tid = (u32)b->child,
				.tgid = (u32)b->child,
				.comm = "child"};

	r.leader_start_ns = r.start_ns;
	task_table_event(b->tasks, &r);
}

/* What it has instead shows whether it is read. */
static void forge(struct group *g)
{
	group_set_cgroup(g, strdup("/forged"));
}

static void check_read(const struct group *g)
{
	char *expected = procfs_cgroup(g->tgid, g->start_ns);

	assert_true(g->details_read);
	assert_string_equal(g->cgroup, expected);
	free(expected);
}

static void new_groups_are_read_once(void **state)
{
	struct bench b;
	struct group *g;

	(void)state;
	bench_open(&b, true);
	new_child(&b);
	g = find_group(b.tasks, child_of(&b));
	assert_null(g->cgroup);
	assert_false(proc_details_read(b.details, FOREVER));
	check_read(g);
	assert_non_null(strstr(g->cmdline, "test_proc_details"));
	forge(g);
	assert_false(proc_details_read(b.details, FOREVER));
	assert_string_equal(g->cgroup, "/forged");
	bench_close(&b);
}

static void command_lines_are_read_if_wanted(void **state)
{
	struct bench b;

	(void)state;
	bench_open(&b, false);
	new_child(&b);
	proc_details_read(b.details, FOREVER);
	check_read(find_group(b.tasks, child_of(&b)));
	assert_null(find_group(b.tasks, child_of(&b))->cmdline);
	bench_close(&b);
}

static void what_changes_is_read_again(void **state)
{
	static const enum task_event events[] = {TASK_EXEC, TASK_RENAME, TASK_MOVED};
	struct bench b;
	struct group *g;
	u64 seq;

	(void)state;
	bench_open(&b, true);
	new_child(&b);
	g = find_group(b.tasks, child_of(&b));
	for (size_t i = 0; i < ARRAY_SIZE(events); i++) {
		proc_details_read(b.details, FOREVER);
		forge(g);
		send_event(b.tasks, events[i], child_of(&b), child_of(&b), "child", g->tgid);
		/* Several in a row, as of several hierarchies, are one. */
		send_event(b.tasks, events[i], child_of(&b), child_of(&b), "child", g->tgid);
		seq = task_table_next_seq(b.tasks);
		assert_false(proc_details_read(b.details, FOREVER));
		check_read(g);
		assert_true(g->changed > seq);
	}
	/* That of a thread that is not the leader is its own. */
	forge(g);
	new_thread(b.tasks, (struct task_id){4000000, 8}, child_of(&b), "thread");
	send_event(b.tasks, TASK_MOVED, (struct task_id){4000000, 8}, child_of(&b), "thread", 0);
	proc_details_read(b.details, FOREVER);
	assert_string_equal(g->cgroup, "/forged");
	/* Events were lost: anything may have happened. */
	proc_details_note_all(b.details);
	proc_details_read(b.details, FOREVER);
	check_read(g);
	bench_close(&b);
}

static void what_has_gone_keeps_what_it_had(void **state)
{
	const struct task_id gone = {4194304, 7}; /* above any kernel's pid_max */
	struct bench b;
	struct group *g;

	(void)state;
	bench_open(&b, true);
	new_child(&b);
	proc_details_read(b.details, FOREVER);
	new_process(b.tasks, gone, "gone");
	send_fork(b.tasks, gone, child_of(&b));
	proc_details_read(b.details, FOREVER);
	g = find_group(b.tasks, gone);
	assert_true(g->details_read);
	assert_string_equal(g->cgroup, find_group(b.tasks, child_of(&b))->cgroup);
	assert_null(g->cmdline);
	bench_close(&b);
}

/* With version 1 the kernel puts what ends into the root. */
static void what_ends_keeps_what_it_had(void **state)
{
	struct bench b;
	struct group *g;

	(void)state;
	bench_open(&b, true);
	new_child(&b);
	g = find_group(b.tasks, child_of(&b));
	group_set_cgroup(g, strdup("/system.slice/a.service"));
	kill(b.child, SIGKILL);
	assert_int_equal(waitid(P_PID, (id_t)b.child, &(siginfo_t){0}, WEXITED | WNOWAIT), 0);
	proc_details_read(b.details, FOREVER);
	assert_string_equal(g->application, "a.service");
	bench_close(&b);
}

static void reading_goes_on_where_it_stopped(void **state)
{
	struct bench b;
	size_t calls = 0, read = 0;

	(void)state;
	bench_open(&b, true);
	for (u32 i = 1; i <= MAX_GROUPS; i++)
		new_process(b.tasks, (struct task_id){MAX_PID + i, i}, "gone");
	assert_true(proc_details_read(b.details, 0));
	for (u32 i = 1; i <= MAX_GROUPS; i++)
		assert_false(find_group(b.tasks, (struct task_id){MAX_PID + i, i})->details_read);
	/* So little time that each call reads one. */
	do
		calls++;
	while (proc_details_read(b.details, 1000));
	for (u32 i = 1; i <= MAX_GROUPS; i++)
		read += find_group(b.tasks, (struct task_id){MAX_PID + i, i})->details_read;
	assert_int_equal(read, MAX_GROUPS);
	assert_in_range(calls, MAX_GROUPS / 2, MAX_GROUPS * 10);
	bench_close(&b);
}

/* Slots are used again by others, before what was noted for them is read. */
static void groups_come_and_go_meanwhile(void **state)
{
	u64 random = 5;
	struct bench b;
	u32 birth = 1;

	(void)state;
	bench_open(&b, false);
	for (int round = 0; round < 300; round++) {
		for (int i = 0; i < 20; i++) {
			struct task_id id = {(u32)b.child, birth++};

			new_process(b.tasks, id, "child");
			if (next_random(&random) % 4)
				send_death(b.tasks, id);
		}
		proc_details_read(b.details, 20000);
		task_table_settle(b.tasks, UINT64_MAX);
	}
	while (proc_details_read(b.details, FOREVER))
		;
	for (size_t i = 0; i < task_table_group_slots(b.tasks); i++) {
		const struct group *g = task_table_group(b.tasks, i);

		/* That number is a process which began at another time: it is none of these. */
		if (g && g->tgid && g->threads)
			assert_true(g->details_read && !g->cgroup);
	}
	bench_close(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(new_groups_are_read_once),
		cmocka_unit_test(command_lines_are_read_if_wanted),
		cmocka_unit_test(what_changes_is_read_again),
		cmocka_unit_test(what_has_gone_keeps_what_it_had),
		cmocka_unit_test(what_ends_keeps_what_it_had),
		cmocka_unit_test(reading_goes_on_where_it_stopped),
		cmocka_unit_test(groups_come_and_go_meanwhile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
