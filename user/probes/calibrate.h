/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef TVTRACED_PROBES_CALIBRATE_H
#define TVTRACED_PROBES_CALIBRATE_H

#include "record.h"

struct tvtraced_bpf;
struct switch_end;

struct calibration {
	u64 bias_ns;  /* median cost that the two programs measure with nothing in between */
	u64 total_ns; /* time of both programs, including what the kernel does to call them */
	u64 stage_ns; /* part of total_ns that staging takes by its own clock */
};

/*
 * Measures the programs on the calling thread, in about 10 ms. slot is the element of `cpus` that
 * no CPU uses, and slot_index its index. end is the cost source's; without a program in `end`, no
 * bias is measured. The programs are attached only during the call. Returns 0 or -errno.
 */
int calibrate(struct tvtraced_bpf *skel, volatile struct cpu_state *slot, u32 slot_index,
	      const struct switch_end *end, struct calibration *out);

#endif
