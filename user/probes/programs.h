/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The BPF programs: which of them this kernel gets, loaded, and the end of a switch attached. */
#ifndef TVTRACED_PROBES_PROGRAMS_H
#define TVTRACED_PROBES_PROGRAMS_H

#include "probes/calibrate.h"
#include "probes/cost_source.h"
#include "probes/features.h"
#include "record.h"

struct programs {
	struct tvtraced_bpf *skel;
	const struct cost_source *source;
	struct bpf_program *switch_program;
	struct bpf_link *end_link; /* NULL: the source is none */
	struct calibration calibration;
	volatile struct cpu_state *cpus; /* one per possible CPU; mapped */
	size_t cpus_bytes;
};

struct programs_config {
	unsigned int cpus; /* possible ones */
	size_t ring_bytes;
	const struct cost_source *cost_source; /* NULL: the best that works */
};

/*
 * Loads all programs with one cost source, and attaches its end: until sched_switch is attached
 * too, that finds nothing to do. Whether a source works is known when it has been tried; of one
 * that was found and does not, f says so afterwards. On failure prints why and returns an exit
 * status; 0 is success. To be undone with programs_unload in any case.
 */
int programs_load(struct programs *p, struct features *f, const struct programs_config *c);

void programs_unload(struct programs *p);

/* Counts the possible CPUs; on failure prints why and returns an exit status. */
int programs_count_cpus(unsigned int *cpus);

/* Prints what failed and what to do about it; returns the exit status. err is -errno. */
int programs_fail(const char *what, const char *name, int err);

#endif
