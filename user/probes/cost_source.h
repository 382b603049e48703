/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Where the end of a switch comes from: one row per way, best first. */
#ifndef TVTRACED_PROBES_COST_SOURCE_H
#define TVTRACED_PROBES_COST_SOURCE_H

#include <stdbool.h>
#include <stddef.h>

#include "probes/features.h"

struct tvtraced_bpf;
struct bpf_program;
struct bpf_link;

/* The programs of one source; all NULL: none is needed. */
struct switch_end {
	bool interruptible; /* interrupts are on between the switch and its end */
	struct bpf_program *program;
	struct bpf_program *calibration; /* the same for calibrate.bpf.c, beside calibrate_end_tp */
	/* symbol: what finish_task_switch is called on this kernel. NULL with errno on failure. */
	struct bpf_link *(*attach)(const struct bpf_program *program, const char *symbol);
	/* Attaches the end for calibration, to something that happens on task_rename. */
	struct bpf_link *(*attach_calibration)(const struct tvtraced_bpf *skel);
};

struct cost_source {
	const char *name;
	enum feature needs; /* NR_FEATURES: nothing */
	struct switch_end (*end)(const struct tvtraced_bpf *skel);
};

/* The i-th best; NULL after the last, which is "none" and works wherever anything does. */
const struct cost_source *cost_source_at(size_t i);

/* NULL: there is none of that name. */
const struct cost_source *cost_source_find(const char *name);

/* Whether the kernel has what s needs; if it works, only trying tells. */
bool cost_source_found(const struct cost_source *s, const struct features *f);

/* Whether s is the one that measures nothing. */
bool cost_source_is_none(const struct cost_source *s);

#endif
