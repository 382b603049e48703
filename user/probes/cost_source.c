// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "probes/cost_source.h"

#include <string.h>

#include <bpf/libbpf.h>

#include "common/array.h"
#include "common/error.h"
#include "record.h"
#include "tvtraced.skel.h"

static struct bpf_link *attach_itself(const struct bpf_program *program, const char *symbol)
{
	(void)symbol;
	return bpf_program__attach(program);
}

static struct bpf_link *attach_to_symbol(const struct bpf_program *program, const char *symbol)
{
	return bpf_program__attach_kprobe(program, false, symbol);
}

static struct bpf_link *calibrate_on_tracepoint(const struct tvtraced_bpf *skel)
{
	return bpf_program__attach(skel->progs.calibrate_end_tp);
}

/*
 * Attaches the end program to a function that the kernel calls after task_rename. Linux 5.10 allows
 * no kprobe on the first function, so the second is tried there.
 */
static struct bpf_link *calibrate_on_function(const struct tvtraced_bpf *skel)
{
	static const char *const functions[] = {"perf_event_comm", "proc_comm_connector"};

	for (size_t i = 0; i < ARRAY_SIZE(functions); i++) {
		struct bpf_link *link =
			attach_to_symbol(skel->progs.calibrate_end_kprobe, functions[i]);

		if (link)
			return link;
	}
	verbose_log("the bias lacks the time that it takes to enter a kprobe");
	return calibrate_on_tracepoint(skel);
}

static struct switch_end sched_exit_tp(const struct tvtraced_bpf *skel)
{
	return (struct switch_end){true, skel->progs.sched_exit, NULL, attach_itself,
				   calibrate_on_tracepoint};
}

static struct switch_end fentry(const struct tvtraced_bpf *skel)
{
	return (struct switch_end){false, skel->progs.switch_end_fentry, NULL, attach_itself,
				   calibrate_on_tracepoint};
}

static struct switch_end kprobe(const struct tvtraced_bpf *skel)
{
	return (struct switch_end){false, skel->progs.switch_end_kprobe,
				   skel->progs.calibrate_end_kprobe, attach_to_symbol,
				   calibrate_on_function};
}

static struct switch_end none(const struct tvtraced_bpf *skel)
{
	(void)skel;
	return (struct switch_end){0};
}

static const struct cost_source sources[] = {
	{"sched_exit_tp", FEATURE_SCHED_EXIT_TP, sched_exit_tp},
	{"fentry", FEATURE_FENTRY, fentry},
	{"kprobe", FEATURE_KPROBE, kprobe},
	{"none", NR_FEATURES, none},
};

const struct cost_source *cost_source_at(size_t i)
{
	return i < ARRAY_SIZE(sources) ? &sources[i] : NULL;
}

const struct cost_source *cost_source_find(const char *name)
{
	const struct cost_source *s;

	for (size_t i = 0; (s = cost_source_at(i)); i++)
		if (!strcmp(s->name, name))
			return s;
	return NULL;
}

bool cost_source_found(const struct cost_source *s, const struct features *f)
{
	return s->needs == NR_FEATURES || f->has[s->needs];
}

bool cost_source_is_none(const struct cost_source *s)
{
	return s->needs == NR_FEATURES;
}
