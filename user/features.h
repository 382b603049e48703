/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What this kernel has, read from its BTF: never guessed from its version. */
#ifndef TVTRACED_FEATURES_H
#define TVTRACED_FEATURES_H

#include <stdbool.h>

enum feature {
	FEATURE_RINGBUF,
	FEATURE_SCHED_SWITCH,
	FEATURE_PREV_STATE_ARG,
	FEATURE_SCHED_EXIT_TP,
	NR_FEATURES,
};

struct features {
	bool has[NR_FEATURES];
};

/* One line on a feature, for --verbose. */
struct feature_info {
	const char *name;
	const char *since; /* the kernel change that it stands for */
};

extern const struct feature_info feature_infos[NR_FEATURES];

/* Fills f. Returns 0, or -errno (libbpf_strerror) when the kernel's BTF cannot be read. */
int features_probe(struct features *f);

#endif
