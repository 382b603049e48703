// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "probes/creation_source.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "common/array.h"
#include "record.h"
#include "tvtraced.skel.h"

static void load(struct bpf_program *program)
{
	bpf_program__set_autoload(program, true);
}

/* Attaches a program as its section says. Returns 0 or -errno. */
static int attach(const struct bpf_program *program, struct bpf_link **link)
{
	*link = bpf_program__attach(program);
	return *link ? 0 : -errno;
}

/* The last program ends the creations of children that their creators wait for. */
static int attach_three(struct bpf_link **links, const struct bpf_program *begin,
			const struct bpf_program *end, const struct bpf_program *wakeup)
{
	int err = attach(wakeup, &links[0]);

	if (!err && end)
		err = attach(end, &links[1]);
	return err ? err : attach(begin, &links[2]);
}

static void load_fentry(struct tvtraced_bpf *skel, const struct features *f)
{
	(void)f;
	load(skel->progs.creation_wakeup);
	load(skel->progs.creation_fentry);
	load(skel->progs.creation_fexit);
}

static int attach_fentry(struct tvtraced_bpf *skel, const struct features *f,
			 struct bpf_link *links[CREATION_LINKS])
{
	(void)f;
	return attach_three(links, skel->progs.creation_fentry, skel->progs.creation_fexit,
			    skel->progs.creation_wakeup);
}

static void load_kprobe(struct tvtraced_bpf *skel, const struct features *f)
{
	(void)f;
	load(skel->progs.creation_wakeup);
	load(skel->progs.creation_kprobe);
	load(skel->progs.creation_kretprobe);
}

static int attach_kprobe(struct tvtraced_bpf *skel, const struct features *f,
			 struct bpf_link *links[CREATION_LINKS])
{
	(void)f;
	return attach_three(links, skel->progs.creation_kprobe, skel->progs.creation_kretprobe,
			    skel->progs.creation_wakeup);
}

/* The tracepoint was renamed, so a kernel has one of the two. */
static struct bpf_program *timer_program(const struct tvtraced_bpf *skel, const struct features *f)
{
	return f->hrtimer_setup ? skel->progs.creation_hrtimer_setup
				: skel->progs.creation_hrtimer_init;
}

static void load_timer(struct tvtraced_bpf *skel, const struct features *f)
{
	load(skel->progs.creation_wakeup);
	load(timer_program(skel, f));
}

static int attach_timer(struct tvtraced_bpf *skel, const struct features *f,
			struct bpf_link *links[CREATION_LINKS])
{
	return attach_three(links, timer_program(skel, f), NULL, skel->progs.creation_wakeup);
}

static void load_syscalls(struct tvtraced_bpf *skel, const struct features *f)
{
	(void)f;
	load(skel->progs.creation_wakeup);
	load(skel->progs.creation_enter);
	load(skel->progs.creation_leave);
}

/* Not every architecture has all of these system calls. */
static int attach_syscalls(struct tvtraced_bpf *skel, const struct features *f,
			   struct bpf_link *links[CREATION_LINKS])
{
	static const char *const calls[] = {"clone", "clone3", "fork", "vfork"};
	int n = 0, err;

	(void)f;
	err = attach(skel->progs.creation_wakeup, &links[n++]);
	for (size_t i = 0; i < ARRAY_SIZE(calls) && !err; i++) {
		char enter[32], leave[32];

		snprintf(enter, sizeof(enter), "sys_enter_%s", calls[i]);
		snprintf(leave, sizeof(leave), "sys_exit_%s", calls[i]);
		links[n] = bpf_program__attach_tracepoint(skel->progs.creation_leave, "syscalls",
							  leave);
		if (!links[n++] && i)
			continue;
		links[n] = bpf_program__attach_tracepoint(skel->progs.creation_enter, "syscalls",
							  enter);
		if (!links[n++])
			err = -errno;
	}
	return err;
}

static void load_none(struct tvtraced_bpf *skel, const struct features *f)
{
	(void)f;
	(void)skel;
}

static int attach_none(struct tvtraced_bpf *skel, const struct features *f,
		       struct bpf_link *links[CREATION_LINKS])
{
	(void)f;
	(void)skel;
	(void)links;
	return 0;
}

static const struct creation_source sources[] = {
	{"fentry", FEATURE_CREATION_FENTRY, false, false, load_fentry, attach_fentry},
	{"kprobe", FEATURE_CREATION_KPROBE, false, false, load_kprobe, attach_kprobe},
	{"timer", FEATURE_CREATION_TIMER, true, false, load_timer, attach_timer},
	{"syscalls", FEATURE_CREATION_SYSCALLS, false, true, load_syscalls, attach_syscalls},
	{"none", NR_FEATURES, false, false, load_none, attach_none},
};

const struct creation_source *creation_source_at(size_t i)
{
	return i < ARRAY_SIZE(sources) ? &sources[i] : NULL;
}

const struct creation_source *creation_source_find(const char *name)
{
	const struct creation_source *s;

	for (size_t i = 0; (s = creation_source_at(i)); i++)
		if (!strcmp(s->name, name))
			return s;
	return NULL;
}

bool creation_source_found(const struct creation_source *s, const struct features *f)
{
	return s->needs == NR_FEATURES || f->has[s->needs];
}

bool creation_source_is_none(const struct creation_source *s)
{
	return s->needs == NR_FEATURES;
}

void creation_source_load(struct tvtraced_bpf *skel, const struct features *f,
			  const struct creation_source *wanted)
{
	const struct creation_source *s;

	for (size_t i = 0; (s = creation_source_at(i)); i++)
		if (creation_source_found(s, f) && (wanted ? s == wanted : !s->on_demand))
			s->load(skel, f);
}

void creation_source_try_fentry(struct features *f)
{
	static const struct bpf_insn empty[] = {
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0},
		{.code = BPF_JMP | BPF_EXIT},
	};
	struct bpf_prog_load_opts opts = {.sz = sizeof(opts),
					  .expected_attach_type = BPF_TRACE_FENTRY};
	const char *what = "find kernel_clone";
	int id, program = -1, link = -1;

	if (!f->has[FEATURE_CREATION_FENTRY])
		return;
	id = libbpf_find_vmlinux_btf_id("kernel_clone", BPF_TRACE_FENTRY);
	if (id > 0) {
		opts.attach_btf_id = (u32)id;
		what = "load a program";
		program = bpf_prog_load(BPF_PROG_TYPE_TRACING, "tvtraced_try", "GPL", empty,
					ARRAY_SIZE(empty), &opts);
	}
	if (program >= 0) {
		what = "attach a program";
		link = bpf_raw_tracepoint_open(NULL, program);
	}
	if (link < 0)
		features_refute(f, FEATURE_CREATION_FENTRY, "found, but cannot %s: %s", what,
				strerror(errno));
	if (link >= 0)
		close(link);
	if (program >= 0)
		close(program);
}
