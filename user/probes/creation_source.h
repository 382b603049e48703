/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The ways to notice when the creation of a task begins and ends, best first. */
#ifndef TVTRACED_PROBES_CREATION_SOURCE_H
#define TVTRACED_PROBES_CREATION_SOURCE_H

#include <stdbool.h>
#include <stddef.h>

#include "probes/features.h"

struct tvtraced_bpf;
struct bpf_link;

enum { CREATION_LINKS = 10 };

struct creation_source {
	const char *name;
	enum feature needs; /* NR_FEATURES: nothing */
	bool by_timer;	    /* the creation is known by the child's timer */
	bool on_demand;	    /* slows what creates nothing, so only a user may choose it */
	/* Marks its programs for loading. */
	void (*load)(struct tvtraced_bpf *skel, const struct features *f);
	/* Attaches them to links; those not needed stay NULL. Returns 0 or -errno. */
	int (*attach)(struct tvtraced_bpf *skel, const struct features *f,
		      struct bpf_link *links[CREATION_LINKS]);
};

/*
 * Returns the i-th best source, or NULL after the last one, which is "none" and works on any kernel
 * that tvtraced supports.
 */
const struct creation_source *creation_source_at(size_t i);

/* Returns NULL when there is no source of that name. */
const struct creation_source *creation_source_find(const char *name);

/* Tells whether the kernel has what s needs. Whether s works is known only after trying it. */
bool creation_source_found(const struct creation_source *s, const struct features *f);

/* Tells whether s is the source that times nothing. */
bool creation_source_is_none(const struct creation_source *s);

/*
 * Marks the programs of the wanted source, NULL for all that are not on_demand, to be loaded with
 * the others.
 */
void creation_source_load(struct tvtraced_bpf *skel, const struct features *f,
			  const struct creation_source *wanted);

/*
 * Notes in f that fentry programs do not work here, if an empty one cannot be loaded and attached:
 * a program that cannot be loaded would keep all others from being loaded.
 */
void creation_source_try_fentry(struct features *f);

#endif
