/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The features of this kernel, which are read from its BTF, symbols and lockdown state and never
 * guessed from its version.
 */
#ifndef TVTRACED_PROBES_FEATURES_H
#define TVTRACED_PROBES_FEATURES_H

#include <stdbool.h>

#include "probes/task_tracepoints.h"

enum feature {
	FEATURE_KERNEL_READS,
	FEATURE_RING_BUFFER,
	FEATURE_SCHED_SWITCH,
	FEATURE_PREV_STATE,
	FEATURE_SCHED_EXIT_TP,
	FEATURE_FENTRY,
	FEATURE_KPROBE,
	FEATURE_RUN_QUEUE_COUNT,
	FEATURE_RUN_QUEUE_WAIT,
	FEATURE_TASK_ITERATOR,
	FEATURE_TLB_FLUSH,
	FEATURE_CREATION_FENTRY,
	FEATURE_CREATION_KPROBE,
	FEATURE_CREATION_TIMER,
	FEATURE_CREATION_SYSCALLS,
/* clang-format off */
#define FEATURE(id, ...) FEATURE_##id,
	TASK_TRACEPOINTS(FEATURE)
#undef FEATURE
	NR_FEATURES,
	/* clang-format on */
};

enum {
	FEATURE_HOW_LEN = 112,
	SYMBOL_LEN = 64,
};

struct features {
	bool has[NR_FEATURES];
	char how[NR_FEATURES][FEATURE_HOW_LEN]; /* what was found, or what is missing */
	bool hrtimer_setup;		    /* the tracepoint has this name, and not hrtimer_init */
	char switch_end_symbol[SYMBOL_LEN]; /* finish_task_switch or a clone; "": none found */
};

/* Facts about a feature that do not depend on the running kernel. */
struct feature_info {
	const char *name;
	const char *since; /* first kernel version that has it; NULL: any supported one may */
	const char *lost;  /* what is lost without it */
};

extern const struct feature_info feature_infos[NR_FEATURES];

/* Fills f. Returns 0, or -errno (libbpf_strerror) when the kernel's BTF cannot be read. */
int features_probe(struct features *f);

/* Tells whether the features suffice for tvtraced to run at all. */
bool features_suffice(const struct features *f);

/* Marks a feature as missing, with the reason; also one that was found but does not work. */
void features_refute(struct features *f, enum feature feature, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
