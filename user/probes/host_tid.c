// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "probes/host_tid.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "tvtraced.skel.h"

u32 host_tid(struct tvtraced_bpf *skel)
{
	struct bpf_test_run_opts opts = {.sz = sizeof(opts)};

	if (bpf_prog_test_run_opts(bpf_program__fd(skel->progs.clocks), &opts))
		return 0;
	return skel->bss->host_tid;
}
