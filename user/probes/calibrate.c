// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "probes/calibrate.h"

#include <errno.h>
#include <sys/prctl.h>

#include <bpf/libbpf.h>

#include "common/clock.h"
#include "probes/cost_source.h"
#include "probes/host_tid.h"
#include "probes/median.h"
#include "tvtraced.skel.h"

enum {
	SAMPLES = 2001,
	WINDOWS = 21,
	RENAMES_PER_WINDOW = 200,
};

static void rename_self(const char *name)
{
	prctl(PR_SET_NAME, name);
}

/*
 * Returns the time of one rename, as the lowest average of several windows. The name does not
 * change, so nothing is visible from outside, but the tracepoint still fires.
 */
static u64 rename_ns(const char *name)
{
	u64 least = UINT64_MAX, start, ns;

	for (int w = 0; w < WINDOWS; w++) {
		start = clock_ns();
		for (int i = 0; i < RENAMES_PER_WINDOW; i++)
			rename_self(name);
		ns = clock_ns() - start;
		if (ns < least)
			least = ns;
	}
	return least / RENAMES_PER_WINDOW;
}

static u64 bias_ns(volatile struct cpu_state *slot, const char *name)
{
	static u64 samples[SAMPLES];

	for (int i = 0; i < SAMPLES; i++) {
		rename_self(name);
		samples[i] = slot->batch[0].cost_ns;
	}
	return median(samples, SAMPLES);
}

static u64 stage_ns(struct tvtraced_bpf *skel, volatile struct cpu_state *slot, const char *name)
{
	static u64 samples[SAMPLES];
	u64 before;

	skel->bss->calibrate_record = TIMED_RECORD;
	for (int i = 0; i < SAMPLES; i++) {
		before = slot->probe_ns;
		rename_self(name);
		samples[i] = slot->probe_ns - before;
	}
	return median(samples, SAMPLES);
}

int calibrate(struct tvtraced_bpf *skel, volatile struct cpu_state *slot, u32 slot_index,
	      const struct switch_end *end, struct calibration *out)
{
	struct bpf_link *start = NULL, *end_link = NULL;
	char name[COMM_LEN] = "";
	u64 bare, full;
	int err = 0;

	prctl(PR_GET_NAME, name);
	skel->bss->calibrate_tid = host_tid(skel);
	skel->bss->calibrate_slot = slot_index;
	skel->bss->calibrate_record = 0;

	rename_ns(name);
	bare = rename_ns(name);
	/*
	 * The start is attached first, because programs on one tracepoint run in the order in which
	 * they were attached.
	 */
	start = bpf_program__attach(skel->progs.calibrate_switch);
	if (!start)
		return -errno;
	if (end->program) {
		end_link = end->attach_calibration(skel);
		if (!end_link) {
			err = -errno;
			goto out;
		}
		out->bias_ns = bias_ns(slot, name);
	}
	full = rename_ns(name);
	out->total_ns = full > bare ? full - bare : 0;
	out->stage_ns = stage_ns(skel, slot, name);
out:
	bpf_link__destroy(end_link);
	bpf_link__destroy(start);
	return err;
}
