// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "probes/probes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "common/alloc.h"
#include "common/clock.h"
#include "common/error.h"
#include "common/exit_status.h"
#include "probes/programs.h"
#include "tvtraced.skel.h"

struct probes {
	struct programs programs;
	struct creations creations;
	struct probes_info info;
	struct bpf_link *switch_link, *tlb_link;
	int *ring_fds; /* one per possible CPU; -1: the CPU has no ring */
	u32 spare;     /* index in `cpus` of the element whose spill no CPU writes */
	u64 missed;    /* runs of the task programs skipped by the kernel */
};

/*
 * Runs the flush program, which gives the CPU the spare spill and leaves the CPU's own as the new
 * spare. With `flags` = BPF_F_TEST_RUN_ON_CPU it runs on `cpu`. Returns 0 or -errno; -ENXIO: the
 * CPU is offline.
 */
static int run_flush(struct probes *p, unsigned int cpu, bool check, u32 flags)
{
	struct flush_args args = {.cpu = cpu, .spare = p->spare, .check = check};
	struct bpf_test_run_opts opts = {
		.sz = sizeof(opts),
		.ctx_in = &args,
		.ctx_size_in = sizeof(args),
		.flags = flags,
		.cpu = flags ? cpu : 0,
	};
	volatile u32 *slot = &p->programs.cpus[cpu].spill_slot;
	u32 before = *slot;
	int err = bpf_prog_test_run_opts(bpf_program__fd(p->programs.skel->progs.flush), &opts);

	if (*slot == p->spare)
		p->spare = before;
	return err;
}

/*
 * Creates the rings of the CPUs that are online. An offline CPU gets its ring when it first has
 * records to send.
 */
static int create_rings(struct probes *p)
{
	int err;

	for (unsigned int cpu = 0; cpu < p->info.cpus; cpu++) {
		err = run_flush(p, cpu, false, BPF_F_TEST_RUN_ON_CPU);
		if (!err)
			err = probes_ring_create(p, cpu);
		if (err && err != -ENXIO)
			return err;
	}
	return 0;
}

static void read_own_clocks(u64 ns[2])
{
	ns[0] = clock_read_ns(CLOCK_MONOTONIC);
	ns[1] = clock_read_ns(CLOCK_BOOTTIME);
}

/*
 * Compares the daemon's clocks with the host's. The attempt that took the least time is the most
 * exact one.
 */
static int read_clocks(struct probes *p)
{
	enum { TRIES = 16 };
	const struct tvtraced_bpf__bss *bss = p->programs.skel->bss;
	struct bpf_test_run_opts opts = {.sz = sizeof(opts)};
	u64 least = UINT64_MAX;

	for (int i = 0; i < TRIES; i++) {
		u64 before[2], host[2], after[2];
		int err;

		read_own_clocks(before);
		err = bpf_prog_test_run_opts(bpf_program__fd(p->programs.skel->progs.clocks),
					     &opts);
		if (err)
			return err;
		host[0] = bss->clock_monotonic_ns;
		host[1] = bss->clock_boottime_ns;
		read_own_clocks(after);
		if (after[0] - before[0] < least) {
			least = after[0] - before[0];
			clock_adjust(before, host, after);
		}
	}
	p->info.own_tgid = bss->host_tgid;
	return 0;
}

static void take_calibration(struct probes *p, const struct calibration *c)
{
	p->info.cost_bias_ns = c->bias_ns;
	p->info.probe_entry_ns = c->total_ns > c->stage_ns ? c->total_ns - c->stage_ns : 0;
	verbose_log("probes: %llu ns per switch (staging %llu), bias %llu ns",
		    (unsigned long long)c->total_ns, (unsigned long long)c->stage_ns,
		    (unsigned long long)c->bias_ns);
}

static void take_source(struct probes *p, bool wanted)
{
	const struct cost_source *source = p->programs.source;

	p->info.cost_source = source->name;
	if (!cost_source_is_none(source))
		return;
	p->info.cost_reason =
		wanted ? "no cost: --cost-source=none"
		       : "no cost: sched_exit_tp, fentry, kprobe do not work here; --features "
			 "says why";
}

static void take_waits(struct probes *p, bool wanted)
{
	if (!p->programs.skel->rodata->measure_waits)
		p->info.wait_reason =
			wanted ? "no waits: this kernel does not tell them; --features says why"
			       : "no waits: --no-wait";
}

int probes_load(struct probes **out, const struct features *f, const struct programs_config *c)
{
	struct probes *p = xcalloc(1, sizeof(*p));
	int err;

	*out = p;
	p->info.features = *f;
	p->info.ring_bytes = c->ring_bytes;
	p->info.cpus = c->cpus;
	p->spare = c->cpus;
	p->ring_fds = xcalloc(p->info.cpus, sizeof(*p->ring_fds));
	for (unsigned int cpu = 0; cpu < p->info.cpus; cpu++)
		p->ring_fds[cpu] = -1;
	err = programs_load(&p->programs, &p->info.features, c);
	if (err)
		return err;
	take_source(p, c->cost_source);
	take_waits(p, c->waits);
	err = creations_choose(&p->creations, &p->programs, &p->info.features, c->creation_source);
	if (err)
		return err;
	p->info.creation = &p->creations.facts;
	take_calibration(p, &p->programs.calibration);
	err = read_clocks(p);
	if (err)
		return programs_fail("read", "the kernel's clocks", err);
	err = create_rings(p);
	if (err)
		return programs_fail("create", "the ring buffers", err);
	return STATUS_OK;
}

static int attach(struct bpf_program *program, struct bpf_link **link)
{
	if (!bpf_program__autoload(program))
		return STATUS_OK;
	*link = bpf_program__attach(program);
	return *link ? STATUS_OK : programs_fail("attach", bpf_program__name(program), -errno);
}

struct task_program {
	struct bpf_program *program;
	struct bpf_link **link;
};

enum {
/* clang-format off */
#define NUMBER(id, ...) NUMBER_OF_##id,
	TASK_TRACEPOINTS(NUMBER)
#undef NUMBER
	NR_TASK_PROGRAMS,
	/* clang-format on */
};

static void task_programs(struct tvtraced_bpf *skel, struct task_program programs[NR_TASK_PROGRAMS])
{
	const struct task_program all[NR_TASK_PROGRAMS] = {
#define PROGRAM(id, name, ...) {skel->progs.name, &skel->links.name},
		TASK_TRACEPOINTS(PROGRAM)
#undef PROGRAM
	};

	memcpy(programs, all, sizeof(all));
}

int probes_attach_tasks(struct probes *p)
{
	struct tvtraced_bpf *skel = p->programs.skel;
	struct task_program programs[NR_TASK_PROGRAMS];
	int status = attach(skel->progs.existing_tasks, &skel->links.existing_tasks);

	task_programs(skel, programs);
	for (int i = 0; i < NR_TASK_PROGRAMS && !status; i++)
		status = attach(programs[i].program, programs[i].link);
	return status;
}

/*
 * Returns how many runs of a program the kernel skipped. Kernels before 5.12 do not report this,
 * and do not skip any.
 */
static u64 missed_by(const struct bpf_program *program)
{
	struct bpf_prog_info info = {0};
	u32 size = sizeof(info);

	if (!bpf_program__autoload(program) ||
	    bpf_obj_get_info_by_fd(bpf_program__fd(program), &info, &size))
		return 0;
	return info.recursion_misses;
}

void probes_govern(struct probes *p)
{
	creations_govern(&p->creations, &p->programs, &p->info.features, clock_ns());
}

void probes_count_missed(struct probes *p)
{
	struct task_program programs[NR_TASK_PROGRAMS];
	u64 missed = 0;

	task_programs(p->programs.skel, programs);
	for (int i = 0; i < NR_TASK_PROGRAMS; i++)
		missed += missed_by(programs[i].program);
	p->missed = missed;
}

/*
 * The end program is already attached, since a switch whose end is missed would count as
 * unmeasured.
 */
int probes_attach_switches(struct probes *p)
{
	return attach(p->programs.switch_program, &p->switch_link);
}

int probes_count_tlb(struct probes *p, bool on)
{
	struct bpf_program *program = p->programs.skel->progs.tlb_flush;

	if (!on) {
		bpf_link__destroy(p->tlb_link);
		p->tlb_link = NULL;
		return 0;
	}
	if (!bpf_program__autoload(program))
		return -EOPNOTSUPP;
	if (!p->tlb_link)
		p->tlb_link = bpf_program__attach(program);
	return p->tlb_link ? 0 : -errno;
}

void probes_detach(struct probes *p)
{
	/* The start is detached first, so that the end of the last switch is still seen. */
	bpf_link__destroy(p->switch_link);
	p->switch_link = NULL;
	bpf_link__destroy(p->programs.end_link);
	p->programs.end_link = NULL;
	bpf_link__destroy(p->tlb_link);
	p->tlb_link = NULL;
}

void probes_free(struct probes *p)
{
	if (!p)
		return;
	probes_detach(p);
	creations_detach(&p->creations);
	for (unsigned int cpu = 0; cpu < p->info.cpus; cpu++)
		if (p->ring_fds[cpu] >= 0)
			close(p->ring_fds[cpu]);
	free(p->ring_fds);
	programs_unload(&p->programs);
	free(p);
}

const struct probes_info *probes_info(const struct probes *p)
{
	return &p->info;
}

volatile struct cpu_state *probes_cpu(const struct probes *p, unsigned int cpu)
{
	return &p->programs.cpus[cpu];
}

int probes_flush(struct probes *p, unsigned int cpu, bool check)
{
	int err = run_flush(p, cpu, check, BPF_F_TEST_RUN_ON_CPU);

	/* No program runs on an offline CPU, so any other CPU may flush its state. */
	return err == -ENXIO ? run_flush(p, cpu, false, 0) : err;
}

struct spill *probes_spill(const struct probes *p)
{
	/* Not volatile: no program writes there until the next flush. */
	return (struct spill *)&p->programs.cpus[p->spare].spill;
}

int probes_ring_fd(const struct probes *p, unsigned int cpu)
{
	return p->ring_fds[cpu];
}

int probes_ring_create(struct probes *p, unsigned int cpu)
{
	int fd, err = 0;

	if (p->ring_fds[cpu] >= 0)
		return 0;
	fd = bpf_map_create(BPF_MAP_TYPE_RINGBUF, "tvtraced_ring", 0, 0, (u32)p->info.ring_bytes,
			    NULL);
	if (fd < 0)
		return -errno;
	if (bpf_map_update_elem(bpf_map__fd(p->programs.skel->maps.rings), &cpu, &fd, BPF_ANY)) {
		err = -errno;
		close(fd);
		return err;
	}
	p->ring_fds[cpu] = fd;
	p->info.rings++;
	return 0;
}

void probes_set_lead(struct probes *p, u64 lead_ns)
{
	p->programs.skel->bss->boottime_lead_ns = lead_ns;
}

int probes_task_ring_fd(const struct probes *p)
{
	return bpf_map__fd(p->programs.skel->maps.task_ring);
}

u64 probes_creations(const struct probes *p, enum creation kind)
{
	return ((volatile u64 *)p->programs.skel->bss->creations)[kind];
}

u64 probes_task_events_lost(const struct probes *p)
{
	return *(volatile u64 *)&p->programs.skel->bss->task_events_lost + p->missed;
}

int probes_each_task(struct probes *p, void (*fn)(void *ctx, const struct task_record *r, size_t n),
		     void *ctx)
{
	int fd = bpf_iter_create(bpf_link__fd(p->programs.skel->links.existing_tasks));
	struct task_record records[64];
	size_t have = 0;
	ssize_t got;
	int err = 0;

	if (fd < 0)
		return -errno;
	while ((got = read(fd, (char *)records + have, sizeof(records) - have)) != 0) {
		size_t n;

		if (got < 0) {
			if (errno == EINTR || errno == EAGAIN)
				continue;
			err = -errno;
			break;
		}
		have += (size_t)got;
		n = have / sizeof(records[0]);
		fn(ctx, records, n);
		have -= n * sizeof(records[0]);
		memmove(records, &records[n], have);
	}
	close(fd);
	return err;
}
