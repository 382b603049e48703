// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "probes/features.h"

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <bpf/btf.h>

#include "common/array.h"
#include "probes/kallsyms.h"

#define SWITCH_END "finish_task_switch"
#define LOCKDOWN "/sys/kernel/security/lockdown"
#define CLONE "kernel_clone"
#define KPROBE_EVENTS "/sys/bus/event_source/devices/kprobe/type"

const struct feature_info feature_infos[NR_FEATURES] = {
	[FEATURE_KERNEL_READS] = {"kernel_reads", NULL,
				  "everything: tvtraced does not start (exit status 3)"},
	[FEATURE_RING_BUFFER] = {"ring_buffer", "5.8",
				 "everything: tvtraced does not start (exit status 5)"},
	[FEATURE_SCHED_SWITCH] = {"sched_switch", "5.5",
				  "everything: tvtraced does not start (exit status 6)"},
	[FEATURE_PREV_STATE] = {"prev_state", "5.18",
				"a sleep that a signal prevents counts as preempted"},
	[FEATURE_SCHED_EXIT_TP] = {"sched_exit_tp", "6.15",
				   "the best cost source; the next is fentry"},
	[FEATURE_FENTRY] = {"fentry", NULL,
			    "the second best cost source; the next is kprobe, which misses a few "
			    "switches"},
	[FEATURE_KPROBE] = {"kprobe", NULL, "the last cost source: without any, no cost"},
	[FEATURE_RUN_QUEUE_COUNT] = {"run_queue_count", NULL, "unseen switches are not known"},
	[FEATURE_RUN_QUEUE_WAIT] = {"run_queue_wait", NULL, "how long tasks wait for a CPU"},
	[FEATURE_TASK_ITERATOR] = {"task_iterator", "5.8",
				   "everything: tvtraced does not start (exit status 1)"},
	[FEATURE_TLB_FLUSH] = {"tlb_flush", NULL,
			       "--tlb: what switches do to the TLB (x86 alone has it)"},
	[FEATURE_CREATION_FENTRY] = {"creation_fentry", NULL,
				     "the best source of creations' durations; the next is kprobe"},
	[FEATURE_CREATION_KPROBE] = {"creation_kprobe", NULL,
				     "the second best; the next is the child's timer"},
	[FEATURE_CREATION_TIMER] = {"creation_timer", NULL,
				    "the third; without any, creations are counted but not timed"},
	[FEATURE_CREATION_SYSCALLS] = {"creation_syscalls", NULL, "--creation-cost=syscalls"},
#define INFO(id, name, args, since, lost) [FEATURE_##id] = {#name, since, lost},
	TASK_TRACEPOINTS(INFO)
#undef INFO
};

__attribute__((format(printf, 3, 4))) static void found(struct features *f, enum feature feature,
							const char *format, ...)
{
	va_list args;

	f->has[feature] = true;
	va_start(args, format);
	vsnprintf(f->how[feature], sizeof(f->how[feature]), format, args);
	va_end(args);
}

void features_refute(struct features *f, enum feature feature, const char *format, ...)
{
	va_list args;

	f->has[feature] = false;
	va_start(args, format);
	vsnprintf(f->how[feature], sizeof(f->how[feature]), format, args);
	va_end(args);
}

/*
 * Returns the number of arguments of a tracepoint, without the leading context; -1: there is no
 * such tracepoint.
 */
static int tracepoint_args(const struct btf *btf, const char *tracepoint)
{
	const struct btf_type *t;
	char name[64];
	int id;

	snprintf(name, sizeof(name), "btf_trace_%s", tracepoint);
	id = btf__find_by_name_kind(btf, name, BTF_KIND_TYPEDEF);
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

static void probe_tracepoints(struct features *f, const struct btf *btf)
{
	static const struct {
		enum feature feature;
		int args; /* number of arguments that our program uses */
		const char *tracepoint;
	} wanted[] = {
		/* clang-format off */
		{FEATURE_SCHED_SWITCH, 3, "sched_switch"},
		{FEATURE_PREV_STATE, 4, "sched_switch"},
		{FEATURE_SCHED_EXIT_TP, 1, "sched_exit_tp"},
		{FEATURE_TLB_FLUSH, 2, "tlb_flush"},
#define WANTED(id, name, args, ...) {FEATURE_##id, args, #name},
		TASK_TRACEPOINTS(WANTED)
#undef WANTED
		/* clang-format on */
	};

	for (size_t i = 0; i < ARRAY_SIZE(wanted); i++) {
		int args = tracepoint_args(btf, wanted[i].tracepoint);

		if (args < 0)
			features_refute(f, wanted[i].feature, "BTF has no btf_trace_%s",
					wanted[i].tracepoint);
		else if (args < wanted[i].args)
			features_refute(f, wanted[i].feature,
					"BTF: btf_trace_%s, only %d arguments",
					wanted[i].tracepoint, args);
		else
			found(f, wanted[i].feature, "BTF: btf_trace_%s, %d argument%s",
			      wanted[i].tracepoint, args, args == 1 ? "" : "s");
	}
}

/*
 * Other architectures may have the tracepoint, for what they unmap, but their switches do not tell
 * of it (Linux 6.12 on arm64).
 */
static void refute_tlb_where_switches_do_not_tell(struct features *f)
{
#ifndef __x86_64__
	if (f->has[FEATURE_TLB_FLUSH])
		features_refute(f, FEATURE_TLB_FLUSH, "only on x86 do switches tell of the TLB");
#else
	(void)f;
#endif
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

static bool struct_has(const struct btf *btf, const char *struct_name, const char *member)
{
	int id = btf__find_by_name_kind(btf, struct_name, BTF_KIND_STRUCT);
	const struct btf_type *t;
	const struct btf_member *m;

	if (id < 0)
		return false;
	t = btf__type_by_id(btf, (uint32_t)id);
	m = btf_members(t);
	for (int i = 0; i < btf_vlen(t); i++)
		if (!strcmp(btf__name_by_offset(btf, m[i].name_off), member))
			return true;
	return false;
}

static void probe_types(struct features *f, const struct btf *btf)
{
	if (enum_has(btf, "bpf_map_type", "BPF_MAP_TYPE_RINGBUF"))
		found(f, FEATURE_RING_BUFFER, "BTF: BPF_MAP_TYPE_RINGBUF");
	else
		features_refute(f, FEATURE_RING_BUFFER, "BTF has no BPF_MAP_TYPE_RINGBUF");
	if (btf__find_by_name_kind(btf, "bpf_iter__task", BTF_KIND_STRUCT) >= 0)
		found(f, FEATURE_TASK_ITERATOR, "BTF: struct bpf_iter__task");
	else
		features_refute(f, FEATURE_TASK_ITERATOR, "BTF has no struct bpf_iter__task");
}

/* Looks for the members that bpf/run_queue.h and bpf/wait.h read. */
static void probe_members(struct features *f, const struct btf *btf)
{
	static const struct {
		enum feature feature;
		const char *in, *member;
	} needed[] = {
		{FEATURE_RUN_QUEUE_COUNT, "sched_entity", "cfs_rq"},
		{FEATURE_RUN_QUEUE_COUNT, "cfs_rq", "rq"},
		{FEATURE_RUN_QUEUE_COUNT, "rq", "nr_switches"},
		{FEATURE_RUN_QUEUE_WAIT, "sched_entity", "cfs_rq"},
		{FEATURE_RUN_QUEUE_WAIT, "cfs_rq", "rq"},
		{FEATURE_RUN_QUEUE_WAIT, "rq", "clock"},
		{FEATURE_RUN_QUEUE_WAIT, "sched_info", "last_queued"},
		{FEATURE_RUN_QUEUE_WAIT, "sched_info", "run_delay"},
		{FEATURE_RUN_QUEUE_WAIT, "sched_info", "pcount"},
	};

	found(f, FEATURE_RUN_QUEUE_COUNT, "BTF: task_struct.se.cfs_rq, cfs_rq.rq, rq.nr_switches");
	found(f, FEATURE_RUN_QUEUE_WAIT, "BTF: task_struct.sched_info, rq.clock");
	for (size_t i = 0; i < ARRAY_SIZE(needed); i++)
		if (!struct_has(btf, needed[i].in, needed[i].member))
			features_refute(f, needed[i].feature, "BTF has no %s.%s", needed[i].in,
					needed[i].member);
}

/* At lockdown's highest level BPF may not read the kernel's memory: kernel_lockdown(7). */
static void probe_lockdown(struct features *f)
{
	char line[64] = "";
	FILE *levels = fopen(LOCKDOWN, "re");

	if (!levels) {
		found(f, FEATURE_KERNEL_READS, "no " LOCKDOWN);
		return;
	}
	if (!fgets(line, sizeof(line), levels))
		line[0] = '\0';
	fclose(levels);
	line[strcspn(line, "\n")] = '\0';
	if (strstr(line, "[confidentiality]"))
		features_refute(f, FEATURE_KERNEL_READS, LOCKDOWN ": %s", line);
	else
		found(f, FEATURE_KERNEL_READS, LOCKDOWN ": %s", line);
}

static void find_switch_end(struct features *f)
{
	FILE *kallsyms = fopen("/proc/kallsyms", "re");

	if (!kallsyms)
		return;
	if (kallsyms_find(kallsyms, SWITCH_END, f->switch_end_symbol, SYMBOL_LEN))
		f->switch_end_symbol[0] = '\0';
	fclose(kallsyms);
}

/* Only trying tells whether the programs can be attached (programs.c). */
static void probe_switch_end(struct features *f, const struct btf *btf)
{
	const char *symbol = f->switch_end_symbol;

	find_switch_end(f);
	if (!symbol[0])
		features_refute(f, FEATURE_FENTRY, "/proc/kallsyms has no " SWITCH_END);
	else if (strcmp(symbol, SWITCH_END) != 0)
		features_refute(f, FEATURE_FENTRY, "/proc/kallsyms has no " SWITCH_END ", but %s",
				symbol);
	else if (btf__find_by_name_kind(btf, SWITCH_END, BTF_KIND_FUNC) < 0)
		features_refute(f, FEATURE_FENTRY, "BTF has no function " SWITCH_END);
	else
		found(f, FEATURE_FENTRY, "BTF and /proc/kallsyms: " SWITCH_END);

	if (!symbol[0])
		features_refute(f, FEATURE_KPROBE, "/proc/kallsyms has no " SWITCH_END);
	else if (access(KPROBE_EVENTS, F_OK))
		features_refute(f, FEATURE_KPROBE, "no kprobes: " KPROBE_EVENTS " is missing");
	else
		found(f, FEATURE_KPROBE, "/proc/kallsyms: %s", symbol);
}

static void probe_clone_kprobe(struct features *f)
{
	char symbol[SYMBOL_LEN] = "";
	FILE *kallsyms = fopen("/proc/kallsyms", "re");

	if (kallsyms) {
		if (kallsyms_find(kallsyms, CLONE, symbol, sizeof(symbol)))
			symbol[0] = '\0';
		fclose(kallsyms);
	}
	if (strcmp(symbol, CLONE) != 0)
		features_refute(f, FEATURE_CREATION_KPROBE, "/proc/kallsyms has no " CLONE);
	else if (access(KPROBE_EVENTS, F_OK))
		features_refute(f, FEATURE_CREATION_KPROBE,
				"no kprobes: " KPROBE_EVENTS " is missing");
	else
		found(f, FEATURE_CREATION_KPROBE, "/proc/kallsyms: " CLONE);
}

/* Only trying tells whether the programs can be attached, and see anything (creations.c). */
static void probe_creations(struct features *f, const struct btf *btf)
{
	const char *timer = "hrtimer_init";

	if (btf__find_by_name_kind(btf, CLONE, BTF_KIND_FUNC) < 0)
		features_refute(f, FEATURE_CREATION_FENTRY, "BTF has no function " CLONE);
	else
		found(f, FEATURE_CREATION_FENTRY, "BTF: " CLONE);
	probe_clone_kprobe(f);
	f->hrtimer_setup = tracepoint_args(btf, "hrtimer_setup") >= 1;
	if (f->hrtimer_setup)
		timer = "hrtimer_setup";
	if (tracepoint_args(btf, timer) < 1 || tracepoint_args(btf, "sched_wakeup_new") < 1)
		features_refute(
			f, FEATURE_CREATION_TIMER,
			"BTF has no btf_trace_hrtimer_setup, or no btf_trace_sched_wakeup_new");
	else
		found(f, FEATURE_CREATION_TIMER, "BTF: btf_trace_%s, btf_trace_sched_wakeup_new",
		      timer);
	/* A type that exists with CONFIG_FTRACE_SYSCALLS only. */
	if (btf__find_by_name_kind(btf, "syscall_metadata", BTF_KIND_STRUCT) < 0)
		features_refute(f, FEATURE_CREATION_SYSCALLS, "BTF has no struct syscall_metadata");
	else
		found(f, FEATURE_CREATION_SYSCALLS, "BTF: struct syscall_metadata");
}

static void add_since(struct features *f)
{
	for (int i = 0; i < NR_FEATURES; i++) {
		size_t len = strlen(f->how[i]);

		if (!f->has[i] && feature_infos[i].since)
			snprintf(f->how[i] + len, sizeof(f->how[i]) - len, "; %s and later have it",
				 feature_infos[i].since);
	}
}

bool features_suffice(const struct features *f)
{
	return f->has[FEATURE_KERNEL_READS] && f->has[FEATURE_RING_BUFFER] &&
	       f->has[FEATURE_SCHED_SWITCH] && f->has[FEATURE_TASK_ITERATOR] &&
	       f->has[FEATURE_TASK_RENAME];
}

int features_probe(struct features *f)
{
	struct btf *btf;

	memset(f, 0, sizeof(*f));
	/*
	 * libbpf would also look for a vmlinux in /boot, but only the running kernel's own BTF is
	 * reliable.
	 */
	if (access("/sys/kernel/btf/vmlinux", R_OK))
		return -errno;
	btf = btf__parse("/sys/kernel/btf/vmlinux", NULL);
	if (!btf)
		return errno ? -errno : -EINVAL;
	probe_lockdown(f);
	probe_tracepoints(f, btf);
	refute_tlb_where_switches_do_not_tell(f);
	probe_types(f, btf);
	probe_members(f, btf);
	probe_switch_end(f, btf);
	probe_creations(f, btf);
	add_since(f);
	btf__free(btf);
	return 0;
}
