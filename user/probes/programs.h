/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Chooses the BPF programs that suit this kernel, loads them, and attaches the end of a switch. */
#ifndef TVTRACED_PROBES_PROGRAMS_H
#define TVTRACED_PROBES_PROGRAMS_H

#include "probes/calibrate.h"
#include "probes/cost_source.h"
#include "probes/creation_source.h"
#include "probes/features.h"
#include "record.h"

struct programs {
	struct tvtraced_bpf *skel;
	const struct cost_source *source;
	struct bpf_program *switch_program;
	struct bpf_link *end_link; /* NULL: the cost source is "none" */
	struct calibration calibration;
	volatile struct cpu_state *cpus; /* mapped; one per possible CPU, and one more */
	size_t cpus_bytes;
};

struct programs_config {
	unsigned int cpus;		       /* number of possible CPUs */
	size_t ring_bytes;		       /* of one CPU; a power of two, at least a page */
	const struct cost_source *cost_source; /* NULL: the best that works */
	const struct creation_source *creation_source; /* NULL: the best that works */
	bool waits; /* measure waits, if the kernel has what it takes */
};

/*
 * Loads all programs with one cost source and attaches its end program, which finds no open record
 * until sched_switch is attached, too. Only trying tells whether a source works; f is updated for
 * each source that was found but does not work. Returns 0, or prints why it failed and returns an
 * exit status. Call programs_unload() in either case.
 */
int programs_load(struct programs *p, struct features *f, const struct programs_config *c);

void programs_unload(struct programs *p);

/* Counts the possible CPUs; on failure prints why and returns an exit status. */
int programs_count_cpus(unsigned int *cpus);

/* Prints what failed and what to do about it; returns the exit status. err is -errno. */
int programs_fail(const char *what, const char *name, int err);

#endif
