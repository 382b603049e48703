// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "unit.h"

#include "capture/trace_filter.h"
#include "common/alloc.h"

enum { SERVICE = 100, OTHER = 200, INIT = 1, START_NS = 1000 };

static struct trace_setup setup_of(const char *application)
{
	struct trace_setup s = {.application = application ? xstrdup(application) : NULL};
	static const struct {
		u32 tgid;
		const char *application;
	} groups[] = {{INIT, "init.scope"}, {SERVICE, "a.service"}, {OTHER, "b.service"}};

	s.groups = xcalloc(3, sizeof(*s.groups));
	for (size_t i = 0; i < 3; i++)
		s.groups[s.nr_groups++] =
			(struct trace_group){.tgid = groups[i].tgid,
					     .start_ns = START_NS + groups[i].tgid,
					     .name = xstrdup("x"),
					     .application = xstrdup(groups[i].application)};
	return s;
}

static struct task_record forked(u32 tgid, u32 parent, u64 start_ns)
{
	return (struct task_record){.event = TASK_FORK,
				    .tid = tgid,
				    .tgid = tgid,
				    .other = parent,
				    .start_ns = start_ns,
				    .ts_ns = start_ns};
}

static void note(struct trace_filter *f, u32 tgid, u32 parent, u64 start_ns)
{
	struct task_record r = forked(tgid, parent, start_ns);

	trace_filter_note(f, &r);
}

static void test_of_all(void **state)
{
	struct trace_setup s = {0};

	(void)state;
	assert_null(trace_filter_new(&s));
	assert_true(trace_filter_wants(NULL, 5));
	trace_filter_note(NULL, NULL);
	trace_filter_free(NULL);
}

static void test_of_one_group(void **state)
{
	struct trace_setup s = {.tgid = SERVICE};
	struct trace_filter *f = trace_filter_new(&s);

	(void)state;
	note(f, 101, SERVICE, 5000); /* a child is another group */
	assert_true(trace_filter_wants(f, SERVICE));
	assert_false(trace_filter_wants(f, 101));
	trace_filter_free(f);
}

static void test_of_an_application(void **state)
{
	struct trace_setup s = setup_of("a.service");
	struct trace_filter *f = trace_filter_new(&s);
	struct task_record early = forked(102, SERVICE, 3000);

	(void)state;
	trace_filter_learn(f, &early); /* which has ended since */
	assert_true(trace_filter_wants(f, 102));
	/* A service is made by another one, and so is what it is not. */
	note(f, SERVICE, INIT, START_NS + SERVICE);
	note(f, OTHER, SERVICE, START_NS + OTHER);
	assert_true(trace_filter_wants(f, SERVICE));
	assert_false(trace_filter_wants(f, OTHER));
	/* Children, theirs, and who has a child's id later. */
	note(f, 103, SERVICE, 6000);
	note(f, 104, 103, 6001);
	note(f, 105, OTHER, 6002);
	assert_true(trace_filter_wants(f, 103) && trace_filter_wants(f, 104));
	assert_false(trace_filter_wants(f, 105));
	note(f, 104, OTHER, 7000);
	assert_false(trace_filter_wants(f, 104));
	/* Who had the service's id before it was another one. */
	note(f, SERVICE, OTHER, 10);
	assert_false(trace_filter_wants(f, SERVICE));
	note(f, SERVICE, INIT, START_NS + SERVICE);
	assert_true(trace_filter_wants(f, SERVICE));
	trace_filter_free(f);
	trace_setup_release(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_of_all),
		cmocka_unit_test(test_of_one_group),
		cmocka_unit_test(test_of_an_application),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
