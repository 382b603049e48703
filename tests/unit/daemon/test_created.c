// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Who created tasks, and how long that took: charged to the creator's group, and none is lost. */
#include <unistd.h>

#include "task_input.h"
#include "unit.h"

static const struct task_id shell = {10, 100}, child = {11, 110}, worker = {12, 120};

static void send_creation(struct task_table *t, enum task_event event, struct task_id id,
			  struct task_id creator, enum creation kind, u64 ns, u32 pages)
{
	struct task_record r = {
		.start_ns = START_NS(id.birth),
		.leader_start_ns = START_NS(id.birth),
		.event = event,
		.tid = id.tid,
		.tgid = id.tid,
		.other = creator.tid,
		.other_birth = creator.birth,
		.creation = kind,
	};

	if (event == TASK_CREATED) {
		r.created.duration_ns = ns;
		r.created.resident_pages = pages;
	}
	task_table_event(t, &r);
}

static void the_creators_group_is_charged(void **state)
{
	struct task_table *t = task_table_new(1, 10, 10);
	const struct created *c;

	(void)state;
	new_process(t, shell, "shell");
	send_creation(t, TASK_NEW, child, shell, CREATED_PROCESS, 0, 0);
	send_creation(t, TASK_CREATED, child, shell, CREATED_PROCESS, 5000, 7);
	send_creation(t, TASK_NEW, worker, shell, CREATED_VM_PROCESS, 0, 0);
	c = &find_group(t, shell)->created;
	assert_int_equal(c->count[CREATED_PROCESS], 1);
	assert_int_equal(c->timed[CREATED_PROCESS], 1);
	assert_int_equal(c->duration_ns[CREATED_PROCESS], 5000);
	assert_int_equal(c->resident_bytes, 7 * sysconf(_SC_PAGESIZE));
	assert_int_equal(c->count[CREATED_VM_PROCESS], 1);
	assert_int_equal(c->timed[CREATED_VM_PROCESS], 0);
	assert_int_equal(task_table_creation(t, child.tid, child.birth), CREATED_PROCESS);
	assert_int_equal(task_table_creation(t, 99, 1), NR_CREATIONS);
	/* A creation that has ended does not bring its task back. */
	assert_null(find_thread(t, (struct task_id){13, 130}));
	send_creation(t, TASK_CREATED, (struct task_id){13, 130}, shell, CREATED_PROCESS, 1, 1);
	assert_null(find_thread(t, (struct task_id){13, 130}));
	task_table_free(t);
}

static void ended_and_unknown_creators_are_other(void **state)
{
	struct task_table *t = task_table_new(1, 10, 10);
	const struct created *other = task_table_other_created(t);
	u64 seq;

	(void)state;
	new_process(t, shell, "shell");
	send_creation(t, TASK_NEW, child, shell, CREATED_THREAD, 0, 0);
	assert_int_equal(other->count[CREATED_THREAD], 0);
	send_event(t, TASK_EXIT, shell, shell, "shell", 0);
	send_death(t, shell);
	assert_int_equal(other->count[CREATED_THREAD], 1);
	seq = task_table_next_seq(t);
	assert_true(task_table_ended(t, 0)->changed <= seq);
	/* Its last words come late. */
	send_creation(t, TASK_CREATED, child, shell, CREATED_THREAD, 300, 1);
	assert_int_equal(other->timed[CREATED_THREAD], 1);
	assert_int_equal(other->duration_ns[CREATED_THREAD], 300);
	assert_true(task_table_ended(t, 0)->changed > seq);
	assert_int_equal(task_table_ended(t, 0)->created.count[CREATED_THREAD], 1);
	assert_int_equal(task_table_ended(t, 0)->created.timed[CREATED_THREAD], 1);
	/* Nobody has this id, or somebody else has it. */
	send_creation(t, TASK_NEW, worker, (struct task_id){99, 990}, CREATED_KERNEL, 0, 0);
	send_creation(t, TASK_NEW, (struct task_id){14, 140}, (struct task_id){11, 9},
		      CREATED_KERNEL, 0, 0);
	assert_int_equal(other->count[CREATED_KERNEL], 2);
	task_table_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_creators_group_is_charged),
		cmocka_unit_test(ended_and_unknown_creators_are_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
