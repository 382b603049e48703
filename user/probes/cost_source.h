/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The ways to notice the end of a switch, best first. */
#ifndef TVTRACED_PROBES_COST_SOURCE_H
#define TVTRACED_PROBES_COST_SOURCE_H

#include <stdbool.h>
#include <stddef.h>

#include "probes/features.h"

struct tvtraced_bpf;
struct bpf_program;
struct bpf_link;

/* The programs of one cost source; all members are NULL for "none". */
struct switch_end {
	bool interruptible; /* interrupts are on between a switch and its end */
	struct bpf_program *program;
	struct bpf_program *calibration; /* also loaded for calibration; NULL: none */
	/*
	 * Attaches `program`. symbol: the name of finish_task_switch on this kernel. Returns NULL
	 * and sets errno on failure.
	 */
	struct bpf_link *(*attach)(const struct bpf_program *program, const char *symbol);
	/*
	 * Attaches the end program for calibration to something that runs on task_rename. Returns
	 * NULL and sets errno on failure.
	 */
	struct bpf_link *(*attach_calibration)(const struct tvtraced_bpf *skel);
};

struct cost_source {
	const char *name;
	enum feature needs; /* NR_FEATURES: nothing */
	struct switch_end (*end)(const struct tvtraced_bpf *skel);
};

/*
 * Returns the i-th best source, or NULL after the last one, which is "none" and works on any kernel
 * that tvtraced supports.
 */
const struct cost_source *cost_source_at(size_t i);

/* Returns NULL when there is no source of that name. */
const struct cost_source *cost_source_find(const char *name);

/* Tells whether the kernel has what s needs. Whether s works is known only after trying it. */
bool cost_source_found(const struct cost_source *s, const struct features *f);

/* Tells whether s is the source that measures nothing. */
bool cost_source_is_none(const struct cost_source *s);

#endif
