// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "lists/applications.h"

#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/array.h"

const char *application_kind_word(const char *kind)
{
	static const char *const kinds[] = {"unit", "container", "cgroup", "comm"};

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (!strcmp(kinds[i], kind))
			return kinds[i];
	return "comm";
}

static int by_application(const void *a, const void *b)
{
	const struct row *x = *(const struct row *const *)a, *y = *(const struct row *const *)b;
	int order = strcmp(x->application, y->application);

	return order ? order : strcmp(x->kind, y->kind);
}

/*
 * Drops applications without a living group, if no group of theirs ended and none switched in the
 * interval.
 */
static size_t keep_live(struct row *applications, size_t n)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++)
		if (applications[i].groups || applications[i].nr_ended ||
		    charges_switches(&applications[i].grown))
			applications[kept++] = applications[i];
	return kept;
}

struct row *applications_of(const struct row **groups, size_t n, size_t *nr)
{
	struct row *applications = xcalloc(n + 1, sizeof(*applications));

	qsort(groups, n, sizeof(struct row *), by_application);
	*nr = 0;
	for (size_t i = 0; i < n; i++) {
		const struct row *r = groups[i];
		struct row *a;

		if (!i || by_application(&groups[i - 1], &groups[i]) != 0)
			applications[(*nr)++] = (struct row){.name = r->application,
							     .application = r->application,
							     .kind = r->kind,
							     .cmdline = "",
							     .seconds = r->seconds};
		a = &applications[*nr - 1];
		a->groups += !r->ended;
		a->threads += r->ended ? 0 : r->threads;
		/*
		 * A trace has a row for each ended group, with no threads alive, and not one per
		 * program.
		 */
		a->nr_ended += r->ended ? r->nr_ended : !r->threads && r->nr_ended;
		a->cost_ns += r->cost_ns;
		a->total_cost_ns += r->total_cost_ns;
		a->unlabelled += r->unlabelled;
		charges_add(&a->grown, &r->grown);
		charges_add(&a->total, &r->total);
		created_add(&a->created, &r->created);
	}
	*nr = keep_live(applications, *nr);
	return applications;
}
