/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Where the end of a switch comes from: one row per way, best first. */
#ifndef TVTRACED_COST_SOURCE_H
#define TVTRACED_COST_SOURCE_H

#include <stdbool.h>

#include "features.h"

struct tvtraced_bpf;
struct bpf_program;

struct cost_source {
	const char *name;
	/* NULL: usable, else why not. */
	const char *(*missing)(const struct features *f);
	/* The program that ends a switch; NULL: none is needed. */
	struct bpf_program *(*program)(const struct tvtraced_bpf *skel);
};

/*
 * The best source that this kernel has; never NULL, the last row is always usable. *reason
 * becomes NULL, or says why no cost can be measured.
 */
const struct cost_source *cost_source_choose(const struct features *f, const char **reason);

#endif
