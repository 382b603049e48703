// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "probes/programs.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <bpf/libbpf.h>

#include "common/array.h"
#include "common/error.h"
#include "common/exit_status.h"
#include "common/rlimits.h"
#include "probes/verifier_log.h"
#include "tvtraced.skel.h"

enum {
	/* Room for the fork storm of one interval, at 64 bytes per event. */
	TASK_RING_BYTES = 4 << 20,
	/*
	 * The reader is woken when a ring buffer is a quarter full, so it has the time that the
	 * other three quarters take to fill.
	 */
	WAKEUP_DIVISOR = 4,
};

/* What an attempt failed at; err is 0 on success. */
struct failure {
	const char *what;
	const char *name; /* static string, since it is printed after the programs are unloaded */
	int err;
};

static const char *way_out(int err)
{
	switch (err) {
	case -EPERM:
	case -EACCES:
		return "run as root, or see whether lockdown or an LSM forbids BPF";
	case -ENOMEM:
		return "free some memory, or give a smaller --ring-size";
	case -EBUSY:
		return "another tracer may be in the way";
	default:
		return "run with --verbose for the kernel's words";
	}
}

/* Whether an attempt failed for what the host lacks at the moment, which tells nothing of its
 * kernel. */
static bool is_shortage(int err)
{
	static const int shortages[] = {ENOMEM, ENOSPC, ENOBUFS, EMFILE, ENFILE, EAGAIN, EINTR};

	for (size_t i = 0; i < ARRAY_SIZE(shortages); i++)
		if (err == -shortages[i])
			return true;
	return false;
}

int programs_fail(const char *what, const char *name, int err)
{
	return rlimits_fail(err == -EPERM ? STATUS_NO_PRIVILEGE : STATUS_FAILED, err, way_out(err),
			    "%s %s", what, name);
}

int programs_count_cpus(unsigned int *cpus)
{
	int n = libbpf_num_possible_cpus();

	if (n <= 0)
		return rlimits_fail(STATUS_FAILED, n ? n : -EINVAL, "mount sysfs",
				    "count the CPUs in /sys/devices/system/cpu/possible");
	*cpus = (unsigned int)n;
	return STATUS_OK;
}

/* Chooses the programs to load and the map sizes. Call this before loading. */
static void configure(struct programs *p, const struct features *f, const struct programs_config *c,
		      const struct switch_end *end)
{
	struct tvtraced_bpf *skel = p->skel;

	p->switch_program =
		f->has[FEATURE_PREV_STATE] ? skel->progs.sched_switch : skel->progs.sched_switch_3;
	bpf_program__set_autoload(p->switch_program, true);
	bpf_program__set_autoload(skel->progs.calibrate_switch, true);
	/* Loaded in any case, since it may be wanted later. */
	bpf_program__set_autoload(skel->progs.tlb_flush, f->has[FEATURE_TLB_FLUSH] && end->program);
	creation_source_load(skel, f, c->creation_source);
	if (end->program) {
		bpf_program__set_autoload(end->program, true);
		bpf_program__set_autoload(skel->progs.calibrate_end_tp, true);
		if (end->calibration)
			bpf_program__set_autoload(end->calibration, true);
	}
#define AUTOLOAD(id, name, ...) bpf_program__set_autoload(skel->progs.name, f->has[FEATURE_##id]);
	TASK_TRACEPOINTS(AUTOLOAD)
#undef AUTOLOAD
	/* The additional element is for calibration, and has the first spare spill. */
	bpf_map__set_max_entries(skel->maps.cpus, c->cpus + 1);
	bpf_map__set_max_entries(skel->maps.rings, c->cpus);
	bpf_map__set_max_entries(skel->maps.task_ring, TASK_RING_BYTES);
	skel->rodata->task_wakeup_bytes = TASK_RING_BYTES / WAKEUP_DIVISOR;
	skel->rodata->measure_waits = c->waits && f->has[FEATURE_RUN_QUEUE_WAIT];
	skel->rodata->end_interruptible = end->interruptible;
	skel->rodata->wakeup_bytes = c->ring_bytes / WAKEUP_DIVISOR;
}

static int load(struct tvtraced_bpf *skel)
{
	char *logs = verbose ? verifier_log_request(skel->obj) : NULL;
	int err = tvtraced_bpf__load(skel);

	if (verbose && err)
		verifier_log_tell_refused(skel->obj);
	else if (verbose)
		verifier_log_tell(skel->obj);
	free(logs);
	/*
	 * All kernels with ring buffers can map arrays (5.5). libbpf tries it, and goes on without
	 * when that fails, for whatever reason.
	 */
	return err || skel->bss ? err : -ENOMEM;
}

static int map_cpus(struct programs *p, unsigned int cpus)
{
	void *mem;

	p->cpus_bytes = (cpus + 1) * sizeof(struct cpu_state);
	mem = mmap(NULL, p->cpus_bytes, PROT_READ | PROT_WRITE, MAP_SHARED,
		   bpf_map__fd(p->skel->maps.cpus), 0);
	if (mem == MAP_FAILED)
		return -errno;
	p->cpus = mem;
	for (u32 i = 0; i <= cpus; i++)
		p->cpus[i].spill_slot = i;
	return 0;
}

/* Takes all the steps that may fail because of the cost source. */
static struct failure try_source(struct programs *p, const struct features *f,
				 const struct programs_config *c, const struct cost_source *source)
{
	struct switch_end end;
	int err;

	*p = (struct programs){.source = source, .skel = tvtraced_bpf__open()};
	if (!p->skel)
		return (struct failure){"open", "the BPF programs", -errno};
	end = source->end(p->skel);
	configure(p, f, c, &end);
	err = load(p->skel);
	if (err)
		return (struct failure){"load", "the BPF programs", err};
	err = map_cpus(p, c->cpus);
	if (err)
		return (struct failure){"map", "the CPUs' state", err};
	if (end.program) {
		p->end_link = end.attach(end.program, f->switch_end_symbol);
		if (!p->end_link)
			return (struct failure){"attach", "the end of a switch", -errno};
	}
	err = calibrate(p->skel, &p->cpus[c->cpus], c->cpus, &end, &p->calibration);
	if (err)
		return (struct failure){"attach", "the calibration", err};
	return (struct failure){0};
}

/*
 * Notes in f that a cost source was found but does not work. "none" needs no feature, so nothing is
 * noted for it.
 */
static void refute(struct features *f, const struct cost_source *source,
		   const struct failure *failure)
{
	if (cost_source_is_none(source))
		return;
	features_refute(f, source->needs, "found, but cannot %s %s: %s", failure->what,
			failure->name, strerror(-failure->err));
	verbose_log("cost source %s: %s", source->name, f->how[source->needs]);
}

/* Reports that the requested cost source does not work: why, and which ones do. */
static int fail_wanted(struct programs *p, struct features *f, const struct programs_config *c)
{
	const struct cost_source *wanted = c->cost_source, *source;
	char works[128] = "";

	for (size_t i = 0; (source = cost_source_at(i)); i++) {
		struct failure failure;

		if (source == wanted || !cost_source_found(source, f))
			continue;
		failure = try_source(p, f, c, source);
		programs_unload(p);
		if (!failure.err)
			snprintf(works + strlen(works), sizeof(works) - strlen(works), "%s%s",
				 works[0] ? ", " : "", source->name);
		else if (cost_source_is_none(source))
			return programs_fail(failure.what, failure.name, failure.err);
	}
	return fail(STATUS_FAILED, "no cost source %s on this kernel: %s; give one of these: %s",
		    wanted->name, f->how[wanted->needs], works);
}

int programs_load(struct programs *p, struct features *f, const struct programs_config *c)
{
	const struct cost_source *source;
	struct failure failure = {0};

	creation_source_try_fentry(f);
	for (size_t i = 0; (source = cost_source_at(i)); i++) {
		if (c->cost_source && source != c->cost_source)
			continue;
		if (!cost_source_found(source, f)) {
			verbose_log("cost source %s: %s", source->name, f->how[source->needs]);
			continue;
		}
		failure = try_source(p, f, c, source);
		if (!failure.err) {
			verbose_log("cost source %s: works", source->name);
			return STATUS_OK;
		}
		programs_unload(p);
		/* A lesser source would be taken for the best of this kernel. */
		if (is_shortage(failure.err))
			break;
		refute(f, source, &failure);
	}
	if (c->cost_source && !cost_source_is_none(c->cost_source) && !is_shortage(failure.err))
		return fail_wanted(p, f, c);
	return programs_fail(failure.what, failure.name, failure.err);
}

void programs_unload(struct programs *p)
{
	bpf_link__destroy(p->end_link);
	if (p->cpus)
		munmap((void *)p->cpus, p->cpus_bytes);
	tvtraced_bpf__destroy(p->skel);
	*p = (struct programs){0};
}
