// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "show_features.h"

#include <string.h>

#include "common/error.h"
#include "common/exit_status.h"
#include "probes/programs.h"

enum { NAME_WIDTH = 18 };

static int longest_how(const struct features *f)
{
	int longest = 0;

	for (int i = 0; i < NR_FEATURES; i++)
		if ((int)strlen(f->how[i]) > longest)
			longest = (int)strlen(f->how[i]);
	return longest;
}

static void print_row(FILE *out, const char *name, const char *available, const char *how,
		      int how_width, const char *lost)
{
	fprintf(out, "%-*s | %-9s | %-*s | %s\n", NAME_WIDTH, name, available, how_width, how,
		lost);
}

static void print_table(FILE *out, const struct features *f)
{
	int width = longest_how(f);

	print_row(out, "feature", "available", "how", width, "lost without it");
	for (int i = 0; i < NR_FEATURES; i++) {
		const struct feature_info *info = &feature_infos[i];

		print_row(out, info->name, f->has[i] ? "yes" : "no", f->how[i], width, info->lost);
	}
}

/* Returns the requested cost source, or else the best one that the features allow. */
static const struct cost_source *untried(const struct features *f, const struct options *o)
{
	size_t i = 0;

	if (o->cost_source)
		return o->cost_source;
	while (!cost_source_found(cost_source_at(i), f))
		i++;
	return cost_source_at(i);
}

static void print_source(FILE *out, const struct cost_source *s, const struct options *o,
			 bool tried)
{
	const char *why = tried ? "the best that works here"
				: "the best that was found; only root can try whether it works";

	if (o->cost_source)
		why = "as --cost-source says";
	else if (cost_source_is_none(s))
		why = "none of the others works here";
	fprintf(out, "cost source: %s (%s)\n", s->name, why);
}

int show_features(FILE *out, struct features *f, const struct options *o, bool may_try)
{
	struct programs_config config = {
		.ring_bytes = o->ring_bytes,
		.cost_source = o->cost_source,
		.creation_source = o->creation_source,
		.waits = o->waits,
	};
	const struct cost_source *source = untried(f, o);
	struct programs programs = {0};
	int status = STATUS_OK;

	if (may_try && features_suffice(f)) {
		status = programs_count_cpus(&config.cpus);
		if (!status)
			status = programs_load(&programs, f, &config);
		source = programs.source;
		programs_unload(&programs);
	}
	print_table(out, f);
	if (!features_suffice(f))
		fprintf(out, "cost source: tvtraced does not start on this kernel\n");
	else if (!status)
		print_source(out, source, o, may_try);
	return status;
}
