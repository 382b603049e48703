/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef TVTRACED_PROBES_HOST_TID_H
#define TVTRACED_PROBES_HOST_TID_H

#include "record.h"

struct tvtraced_bpf;

/*
 * Returns the calling thread's id in the host's pid namespace, as programs see it; gettid() is that
 * of its own namespace. The programs must be loaded. Returns 0 when the kernel does not tell.
 */
u32 host_tid(struct tvtraced_bpf *skel);

#endif
