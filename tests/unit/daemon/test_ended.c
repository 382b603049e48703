// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What has ended, by program, against a list that is searched from end to end. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tables/ended.h"
#include "tables/group.h"
#include "unit.h"

enum { STEPS = 40000, PROGRAMS = 1500, TEXT = 32 };

/* A program, and when it was asked for last; 0: it has no entry. */
struct program {
	char comm[COMM_LEN];
	char cgroup[TEXT];
	bool kernel, has_cgroup;
	struct ended *entry;
	u64 id, used;
};

/* Of each name one in every cgroup, one in an empty or odd one, and a kernel thread; some in none.
 */
static void make_program(struct program *p, u32 i)
{
	p->kernel = i % 4 == 3;
	p->has_cgroup = i % 4 != 1;
	snprintf(p->comm, sizeof(p->comm), "p%u", p->has_cgroup ? i / 4 % 100 : i / 4);
	if (i % 4 != 2)
		snprintf(p->cgroup, sizeof(p->cgroup), "/%u", i / 400);
	else if (i / 400)
		snprintf(p->cgroup, sizeof(p->cgroup), "%u", i / 400);
}

static struct group group_of(struct program *p)
{
	struct group g = {.kernel = p->kernel,
			  .cgroup = p->has_cgroup ? p->cgroup : NULL,
			  .application = p->comm,
			  .application_kind = APPLICATION_CGROUP};

	memcpy(g.comm, p->comm, COMM_LEN);
	return g;
}

static size_t count_entries(const struct ended_table *t)
{
	size_t n = 0;

	for (size_t i = 0; i < MAX_ENDED; i++)
		n += ended_at(t, i) != NULL;
	return n;
}

/* The one that was asked for the longest ago, and is not held, goes. */
static struct program *oldest(struct program *programs, size_t n)
{
	struct program *found = NULL;

	for (size_t i = 0; i < n; i++)
		if (programs[i].used && !programs[i].entry->holders &&
		    (!found || programs[i].used < found->used))
			found = &programs[i];
	return found;
}

static void check_entry(const struct ended *e, const struct program *p)
{
	assert_string_equal(e->comm, p->comm);
	assert_int_equal(e->kernel, p->kernel);
	if (p->has_cgroup)
		assert_string_equal(e->cgroup, p->cgroup);
	else
		assert_null(e->cgroup);
	assert_string_equal(e->application, p->comm);
	assert_int_equal(e->application_kind, APPLICATION_CGROUP);
}

static void agrees_with_a_list(void **state)
{
	struct program *programs = calloc(PROGRAMS, sizeof(*programs));
	struct ended_table *t = ended_table_new();
	size_t entries = 0;
	u64 last_id = 0, random = 1;

	(void)state;
	assert_non_null(programs);
	for (u32 i = 0; i < PROGRAMS; i++)
		make_program(&programs[i], i);
	for (u64 step = 1; step <= STEPS; step++) {
		/* Some more often than others. */
		size_t i = next_random(&random) % PROGRAMS;
		struct program *p = &programs[next_random(&random) % 2 ? i : i / 4];
		struct group g = group_of(p);
		struct program *gone =
			p->used || entries < MAX_ENDED ? NULL : oldest(programs, PROGRAMS);
		struct ended *e = ended_get(t, &g);

		assert_non_null(e);
		check_entry(e, p);
		if (p->used) {
			assert_ptr_equal(e, p->entry);
			assert_int_equal(e->id, p->id);
			assert_int_equal(e->groups, p->id);
		} else {
			assert_int_equal(e->id, ++last_id);
			assert_int_equal(e->groups, 0);
			assert_int_equal(charges_switches(&e->total), 0);
			entries += !gone;
			if (gone) {
				assert_ptr_equal(e, gone->entry);
				gone->used = 0;
			}
			/* Something to know it by; and a tenth is held for a while. */
			e->groups = e->total.switches[0] = e->id;
			e->holders = next_random(&random) % 10 == 0;
		}
		p->entry = e;
		p->id = e->id;
		p->used = step;
		if (step % 3 == 0)
			e->holders = 0;
		assert_int_equal(entries, step % 100 ? entries : count_entries(t));
	}
	assert_int_equal(entries, MAX_ENDED);
	/* The test was of both, entries that went and some that were found again. */
	assert_true(last_id > 2 * MAX_ENDED && last_id < STEPS);
	ended_table_free(t);
	free(programs);
}

/* Those that are held have no room for one more; as soon as one is not, it goes. */
static void those_held_stay(void **state)
{
	struct ended_table *t = ended_table_new();
	struct program p = {.has_cgroup = true, .cgroup = "/"};
	struct ended *e, *kept = NULL;
	struct group g;

	(void)state;
	for (u32 i = 0; i < MAX_ENDED; i++) {
		snprintf(p.comm, sizeof(p.comm), "%u", i);
		g = group_of(&p);
		e = ended_get(t, &g);
		assert_ptr_equal(ended_at(t, i), e);
		e->holders = 1;
		if (i == 700)
			kept = e;
	}
	strcpy(p.comm, "more");
	g = group_of(&p);
	assert_null(ended_get(t, &g));
	/* One that is there is still found. */
	strcpy(p.comm, "700");
	g = group_of(&p);
	assert_ptr_equal(ended_get(t, &g), kept);
	kept->holders = 0;
	strcpy(p.comm, "more");
	g = group_of(&p);
	e = ended_get(t, &g);
	assert_ptr_equal(e, kept);
	assert_string_equal(e->comm, "more");
	assert_int_equal(e->id, MAX_ENDED + 1);
	ended_table_free(t);
}

static void an_empty_one_has_nothing(void **state)
{
	struct ended_table *t = ended_table_new();

	(void)state;
	assert_null(ended_at(t, 0));
	assert_null(ended_at(t, MAX_ENDED));
	assert_null(ended_at(t, SIZE_MAX));
	ended_table_free(t);
	ended_table_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agrees_with_a_list),
		cmocka_unit_test(those_held_stay),
		cmocka_unit_test(an_empty_one_has_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
