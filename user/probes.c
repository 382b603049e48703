// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "probes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "alloc.h"
#include "calibrate.h"
#include "cost_source.h"
#include "error.h"
#include "exit_status.h"
#include "tvtraced.skel.h"

enum {
	/* 64 bytes per event: room for the fork storm of one interval. */
	TASK_RING_BYTES = 4 << 20,
	/* A reader woken at a quarter has three quarters of the ring's time left to come. */
	WAKEUP_DIVISOR = 4,
};

struct probes {
	struct tvtraced_bpf *skel;
	struct probes_info info;
	struct bpf_program *switch_program;
	struct bpf_program *end_program;
	struct bpf_link *switch_link;
	struct bpf_link *end_link;

	int *ring_fds; /* one per possible CPU; -1: none */
	volatile struct cpu_state *cpus;
	size_t cpus_bytes;
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

static int fail_bpf(const char *what, const char *name, int err)
{
	return fail(err == -EPERM ? STATUS_NO_PRIVILEGE : STATUS_FAILED, "cannot %s %s: %s; %s",
		    what, name, strerror(-err), way_out(err));
}

/* Chooses programs and sizes, before anything is loaded. */
static void configure(struct probes *p, const struct features *f)
{
	struct tvtraced_bpf *skel = p->skel;
	const struct cost_source *source = cost_source_choose(f, &p->info.cost_reason);
	u32 slots = p->info.cpus + 1; /* the last one is for calibration */

	p->info.cost_source = source->name;
	p->end_program = source->program(skel);
	p->switch_program = f->has[FEATURE_PREV_STATE_ARG] ? skel->progs.sched_switch
							   : skel->progs.sched_switch_3;
	bpf_program__set_autoload(p->switch_program, true);
	bpf_program__set_autoload(skel->progs.calibrate_switch, true);
	if (p->end_program) {
		bpf_program__set_autoload(p->end_program, true);
		bpf_program__set_autoload(skel->progs.calibrate_switch_end, true);
	}
	bpf_map__set_max_entries(skel->maps.cpus, slots);
	bpf_map__set_max_entries(skel->maps.rings, p->info.cpus);
	bpf_map__set_max_entries(skel->maps.task_ring, TASK_RING_BYTES);
	skel->rodata->task_wakeup_bytes = TASK_RING_BYTES / WAKEUP_DIVISOR;
	skel->rodata->wakeup_bytes = p->info.ring_bytes / WAKEUP_DIVISOR;
}

static int map_cpus(struct probes *p)
{
	void *mem;

	p->cpus_bytes = (p->info.cpus + 1) * sizeof(struct cpu_state);
	mem = mmap(NULL, p->cpus_bytes, PROT_READ | PROT_WRITE, MAP_SHARED,
		   bpf_map__fd(p->skel->maps.cpus), 0);
	if (mem == MAP_FAILED)
		return -errno;
	p->cpus = mem;
	return 0;
}

/* Runs the flush program on `cpu`: -ENXIO when that is offline. */
static int flush_on(struct probes *p, unsigned int cpu, bool check)
{
	struct flush_args args = {.cpu = cpu, .check = check};
	struct bpf_test_run_opts opts = {
		.sz = sizeof(opts),
		.ctx_in = &args,
		.ctx_size_in = sizeof(args),
		.flags = BPF_F_TEST_RUN_ON_CPU,
		.cpu = cpu,
	};

	return bpf_prog_test_run_opts(bpf_program__fd(p->skel->progs.flush), &opts);
}

/* CPUs that are offline get a ring when they first have something to send. */
static int create_rings(struct probes *p)
{
	int err;

	for (unsigned int cpu = 0; cpu < p->info.cpus; cpu++) {
		err = flush_on(p, cpu, false);
		if (!err)
			err = probes_ring_create(p, cpu);
		if (err && err != -ENXIO)
			return err;
	}
	return 0;
}

static int measure_bias(struct probes *p)
{
	struct calibration c = {0};
	int err;

	err = calibrate(p->skel, probes_cpu(p, p->info.cpus), p->info.cpus, p->end_program, &c);
	if (err)
		return err;
	p->info.cost_bias_ns = c.bias_ns;
	p->info.probe_entry_ns = c.total_ns > c.stage_ns ? c.total_ns - c.stage_ns : 0;
	tell("probes: %llu ns per switch (staging %llu), bias %llu ns",
	     (unsigned long long)c.total_ns, (unsigned long long)c.stage_ns,
	     (unsigned long long)c.bias_ns);
	return 0;
}

int probes_load(struct probes **out, const struct features *f, size_t ring_bytes)
{
	struct probes *p = xcalloc(1, sizeof(*p));
	int err;

	*out = p;
	p->info.ring_bytes = ring_bytes;
	p->info.cpus = (unsigned int)libbpf_num_possible_cpus();
	p->ring_fds = xcalloc(p->info.cpus, sizeof(*p->ring_fds));
	for (unsigned int cpu = 0; cpu < p->info.cpus; cpu++)
		p->ring_fds[cpu] = -1;
	p->skel = tvtraced_bpf__open();
	if (!p->skel)
		return fail_bpf("open", "the BPF programs", -errno);
	configure(p, f);
	err = tvtraced_bpf__load(p->skel);
	if (err)
		return fail_bpf("load", "the BPF programs", err);
	err = map_cpus(p);
	if (err)
		return fail_bpf("map", "the CPUs' state", err);
	err = create_rings(p);
	if (err)
		return fail_bpf("create", "the ring buffers", err);
	err = measure_bias(p);
	if (err)
		return fail_bpf("attach", "the calibration to task_rename", err);
	return STATUS_OK;
}

struct attachment {
	struct bpf_program *program; /* NULL: not wanted */
	struct bpf_link **link;
};

static int attach_all(const struct attachment *a, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (!a[i].program)
			continue;
		*a[i].link = bpf_program__attach(a[i].program);
		if (!*a[i].link)
			return fail_bpf("attach", bpf_program__name(a[i].program), -errno);
	}
	return STATUS_OK;
}

int probes_attach_tasks(struct probes *p)
{
	struct tvtraced_bpf *skel = p->skel;
	const struct attachment order[] = {
		{skel->progs.task_newtask, &skel->links.task_newtask},
		{skel->progs.sched_process_fork, &skel->links.sched_process_fork},
		{skel->progs.sched_process_exec, &skel->links.sched_process_exec},
		{skel->progs.task_rename, &skel->links.task_rename},
		{skel->progs.sched_process_exit, &skel->links.sched_process_exit},
		{skel->progs.existing_tasks, &skel->links.existing_tasks},
	};

	return attach_all(order, sizeof(order) / sizeof(order[0]));
}

int probes_attach_switches(struct probes *p)
{
	/* The end first: a switch whose end is missed would count as unmeasured. */
	const struct attachment order[] = {
		{p->end_program, &p->end_link},
		{p->switch_program, &p->switch_link},
	};

	return attach_all(order, sizeof(order) / sizeof(order[0]));
}

void probes_detach(struct probes *p)
{
	/* In this order the end of the last switch is still seen. */
	bpf_link__destroy(p->switch_link);
	p->switch_link = NULL;
	bpf_link__destroy(p->end_link);
	p->end_link = NULL;
}

void probes_free(struct probes *p)
{
	if (!p)
		return;
	probes_detach(p);
	for (unsigned int cpu = 0; cpu < p->info.cpus; cpu++)
		if (p->ring_fds[cpu] >= 0)
			close(p->ring_fds[cpu]);
	free(p->ring_fds);
	if (p->cpus)
		munmap((void *)p->cpus, p->cpus_bytes);
	tvtraced_bpf__destroy(p->skel);
	free(p);
}

const struct probes_info *probes_info(const struct probes *p)
{
	return &p->info;
}

volatile struct cpu_state *probes_cpu(const struct probes *p, unsigned int cpu)
{
	return &p->cpus[cpu];
}

int probes_flush(struct probes *p, unsigned int cpu, bool check)
{
	struct flush_args args = {.cpu = cpu};
	struct bpf_test_run_opts opts = {
		.sz = sizeof(opts), .ctx_in = &args, .ctx_size_in = sizeof(args)};
	int err = flush_on(p, cpu, check);

	/* Nothing runs on a CPU that is offline, so any other may speak for it. */
	if (err == -ENXIO)
		err = bpf_prog_test_run_opts(bpf_program__fd(p->skel->progs.flush), &opts);
	return err;
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
	if (bpf_map_update_elem(bpf_map__fd(p->skel->maps.rings), &cpu, &fd, BPF_ANY)) {
		err = -errno;
		close(fd);
		return err;
	}
	p->ring_fds[cpu] = fd;
	p->info.rings++;
	return 0;
}

int probes_task_ring_fd(const struct probes *p)
{
	return bpf_map__fd(p->skel->maps.task_ring);
}

u64 probes_task_events_lost(const struct probes *p)
{
	return *(volatile u64 *)&p->skel->bss->task_events_lost;
}

int probes_each_task(struct probes *p, void (*fn)(void *ctx, const struct task_record *r),
		     void *ctx)
{
	int fd = bpf_iter_create(bpf_link__fd(p->skel->links.existing_tasks));
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
		for (size_t i = 0; i < n; i++)
			fn(ctx, &records[i]);
		have -= n * sizeof(records[0]);
		memmove(records, &records[n], have);
	}
	close(fd);
	return err;
}
