// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Tasks that are looked up in /proc, by what a switch record says of them. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "start_time.h"
#include "tables/procfs.h"
#include "unit.h"

static pid_t start_child(void)
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		pause();
		_exit(0);
	}
	return pid;
}

static void end_child(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

/* However long the machine has been up: a birth is only the low half of the start time. */
static void a_living_task_is_found(void **state)
{
	pid_t pid = start_child();
	u64 start = start_ns_of(pid);
	struct task_record r;

	(void)state;
	assert_true(procfs_identify((u32)pid, BIRTH_OF(start), &r));
	assert_int_equal(r.event, TASK_FOUND);
	assert_int_equal(r.tid, pid);
	assert_int_equal(r.tgid, pid);
	assert_string_equal(r.comm, "test_procfs");
	/* The birth is the table's key: it must be what the record said. */
	assert_int_equal(BIRTH_OF(r.start_ns), BIRTH_OF(start));
	assert_int_equal(BIRTH_OF(r.leader_start_ns), BIRTH_OF(start));
	/* All of it, as it is published. */
	assert_in_range(r.start_ns, start - 20000000, start + 20000000);
	end_child(pid);
}

static void another_task_with_the_same_tid_is_not_taken_for_it(void **state)
{
	pid_t pid = start_child();
	u64 start = start_ns_of(pid);
	struct task_record r;

	(void)state;
	assert_false(procfs_identify((u32)pid, BIRTH_OF(start + 1000000000), &r));
	assert_false(procfs_identify((u32)pid, BIRTH_OF(start - 1000000000), &r));
	end_child(pid);
	assert_false(procfs_identify((u32)pid, BIRTH_OF(start), &r));
}

static void check_choice(const char *text, const char *expected)
{
	char *copy = strdup(text);
	const char *chosen = procfs_choose_cgroup(copy);

	if (expected)
		assert_string_equal(chosen, expected);
	else
		assert_null(chosen);
	free(copy);
}

static void the_hierarchy_that_tells_most_is_chosen(void **state)
{
	(void)state;
	/* Version 2 alone. */
	check_choice("0::/system.slice/a.service\n", "/system.slice/a.service");
	check_choice("0::/\n", "/");
	check_choice("0::/a/b (deleted)\n", "/a/b");
	check_choice("0::/ (deleted)\n", "/");
	/* Version 1 with systemd; hybrid, where an engine left the unified one alone. */
	check_choice("12:pids:/p\n2:cpu,cpuacct:/c\n1:name=systemd:/s\n", "/s");
	check_choice("12:pids:/p\n1:name=systemd:/docker/1\n0::/system.slice/d.service\n",
		     "/docker/1");
	check_choice("1:name=systemd:/\n0::/u\n", "/u");
	/* Another init; none at all. */
	check_choice("3:cpu:/c\n1:name=openrc:/nginx\n", "/nginx");
	check_choice("3:cpu:/\n2:memory:/docker/1\n1:name=openrc:/\n0::/\n", "/docker/1");
	check_choice("3:cpu:/docker/1\n2:memory:/docker/1\n", "/docker/1");
	check_choice("3:cpu:/\n2:memory:/\n", "/");
	check_choice("3:cpu:/first\n2:memory:/second\n", "/first");
	/* Names with anything in them but a line's end. */
	check_choice("0::/a:b::c\n", "/a:b::c");
	check_choice("0::/ a \xff\n", "/ a \xff");
	check_choice("0::/../x\n", "/../x");
	/* Nothing of the kind, and a last line that was cut. */
	check_choice("", NULL);
	check_choice("\n\n", NULL);
	check_choice("0", NULL);
	check_choice("0:", NULL);
	check_choice("0::", NULL);
	check_choice("0::a\n:::\n1:name=systemd", NULL);
	check_choice("0::/whole\n1:name=systemd:", "/whole");
}

static void whether_a_process_is_ending_is_known(void **state)
{
	pid_t pid = start_child();

	(void)state;
	assert_false(procfs_is_ending((u32)pid));
	kill(pid, SIGKILL);
	/* Ended, and not waited for. */
	assert_int_equal(waitid(P_PID, (id_t)pid, &(siginfo_t){0}, WEXITED | WNOWAIT), 0);
	assert_true(procfs_is_ending((u32)pid));
	end_child(pid);
	assert_true(procfs_is_ending((u32)pid));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_living_task_is_found),
		cmocka_unit_test(another_task_with_the_same_tid_is_not_taken_for_it),
		cmocka_unit_test(the_hierarchy_that_tells_most_is_chosen),
		cmocka_unit_test(whether_a_process_is_ending_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
