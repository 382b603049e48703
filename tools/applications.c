// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "applications.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"

const char *application_kind_word(const char *kind)
{
	static const char *const kinds[] = {"unit", "container", "cgroup", "comm"};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
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
		a->groups++;
		a->threads += r->threads;
		a->cost_ns += r->cost_ns;
		a->total_cost_ns += r->total_cost_ns;
		a->unlabelled += r->unlabelled;
		charges_add(&a->grown, &r->grown);
		charges_add(&a->total, &r->total);
	}
	return applications;
}
