// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "cost_source.h"

#include <stddef.h>

#include "record.h"
#include "tvtraced.skel.h"

static const char *sched_exit_tp_missing(const struct features *f)
{
	return f->has[FEATURE_SCHED_EXIT_TP]
		       ? NULL
		       : "this kernel has no sched_exit_tp tracepoint (6.15 and later have)";
}

static struct bpf_program *sched_exit_tp_program(const struct tvtraced_bpf *skel)
{
	return skel->progs.sched_exit;
}

static const char *none_missing(const struct features *f)
{
	(void)f;
	return NULL;
}

static struct bpf_program *none_program(const struct tvtraced_bpf *skel)
{
	(void)skel;
	return NULL;
}

static const struct cost_source sources[] = {
	{"sched_exit_tp", sched_exit_tp_missing, sched_exit_tp_program},
	{"none", none_missing, none_program},
};

const struct cost_source *cost_source_choose(const struct features *f, const char **reason)
{
	const struct cost_source *s = sources;

	*reason = NULL;
	while ((*reason = s->missing(f)))
		s++;
	if (s->program == none_program)
		*reason = sources[0].missing(f);
	return s;
}
