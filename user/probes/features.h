/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What this kernel has: read from its BTF, symbols and lockdown, never guessed from its version. */
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
	FEATURE_TASK_ITERATOR,
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
	char switch_end_symbol[SYMBOL_LEN];	/* finish_task_switch or its clone; "": neither */
};

/* What does not depend on the kernel that runs. */
struct feature_info {
	const char *name;
	const char *since; /* the kernel version that brought it; NULL: all that matter here */
	const char *lost;  /* without it */
};

extern const struct feature_info feature_infos[NR_FEATURES];

/* Fills f. Returns 0, or -errno (libbpf_strerror) when the kernel's BTF cannot be read. */
int features_probe(struct features *f);

/* Whether tvtraced can run at all. */
bool features_suffice(const struct features *f);

/* Says that something which was found does not work, and why. */
void features_refute(struct features *f, enum feature feature, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
