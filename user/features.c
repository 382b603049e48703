// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "features.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <bpf/btf.h>

const struct feature_info feature_infos[NR_FEATURES] = {
	[FEATURE_RINGBUF] = {"BPF ring buffer", "5.8"},
	[FEATURE_SCHED_SWITCH] = {"sched_switch as a typed tracepoint", "5.5"},
	[FEATURE_PREV_STATE_ARG] = {"sched_switch passes prev_state", "5.18"},
	[FEATURE_SCHED_EXIT_TP] = {"sched_exit_tp", "6.15"},
};

/* Number of arguments of a tracepoint, without the leading context; -1: no such tracepoint. */
static int tracepoint_args(const struct btf *btf, const char *typedef_name)
{
	int id = btf__find_by_name_kind(btf, typedef_name, BTF_KIND_TYPEDEF);
	const struct btf_type *t;

	if (id < 0)
		return -1;
	/* typedef -> pointer -> prototype */
	t = btf__type_by_id(btf, btf__type_by_id(btf, (uint32_t)id)->type);
	if (!t || !btf_is_ptr(t))
		return -1;
	t = btf__type_by_id(btf, t->type);
	if (!t || !btf_is_func_proto(t))
		return -1;
	return btf_vlen(t) - 1;
}

static bool enum_has(const struct btf *btf, const char *enum_name, const char *value)
{
	int id = btf__find_by_name_kind(btf, enum_name, BTF_KIND_ENUM);
	const struct btf_type *t;
	const struct btf_enum *e;

	if (id < 0)
		return false;
	t = btf__type_by_id(btf, (uint32_t)id);
	e = btf_enum(t);
	for (int i = 0; i < btf_vlen(t); i++)
		if (!strcmp(btf__name_by_offset(btf, e[i].name_off), value))
			return true;
	return false;
}

int features_probe(struct features *f)
{
	struct btf *btf;
	int args;

	/* libbpf would go on to look for a vmlinux in /boot; this kernel's own word is needed. */
	if (access("/sys/kernel/btf/vmlinux", R_OK))
		return -errno;
	btf = btf__parse("/sys/kernel/btf/vmlinux", NULL);
	if (!btf)
		return errno ? -errno : -EINVAL;

	f->has[FEATURE_RINGBUF] = enum_has(btf, "bpf_map_type", "BPF_MAP_TYPE_RINGBUF");
	args = tracepoint_args(btf, "btf_trace_sched_switch");
	f->has[FEATURE_SCHED_SWITCH] = args >= 3;
	f->has[FEATURE_PREV_STATE_ARG] = args >= 4;
	f->has[FEATURE_SCHED_EXIT_TP] = tracepoint_args(btf, "btf_trace_sched_exit_tp") >= 1;
	btf__free(btf);
	return 0;
}
