/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The daemon's interface to the BPF programs: load, attach, flush, detach. Attachments are held
 * only by file descriptors, so they end with the process, however it ends.
 */
#ifndef TVTRACED_PROBES_PROBES_H
#define TVTRACED_PROBES_PROBES_H

#include <stdbool.h>
#include <stddef.h>

#include "creation.h"
#include "probes/cost_source.h"
#include "probes/creations.h"
#include "probes/features.h"
#include "record.h"

struct probes;
struct programs_config;

struct probes_info {
	const char *cost_source;
	const char *cost_reason; /* why the source is "none"; NULL otherwise */
	const struct creation_facts *creation;
	const char *wait_reason; /* why waits are not measured; NULL: they are */
	struct features features;
	unsigned int cpus; /* possible CPUs */
	u32 own_tgid;	   /* this process's id in the host's pid namespace */
	size_t ring_bytes; /* size of one ring buffer */
	unsigned int rings;
	u64 cost_bias_ns;
	u64 probe_entry_ns;
};

/*
 * Loads all programs and measures the bias. Returns 0, or prints why it failed and returns an exit
 * status. *out is set in any case, and must be freed with probes_free().
 */
int probes_load(struct probes **out, const struct features *f, const struct programs_config *c);

/* Attaches the task events and the task iterator. Returns 0 or an exit status. */
int probes_attach_tasks(struct probes *p);

/* Attaches the switch programs. Returns 0 or an exit status. */
int probes_attach_switches(struct probes *p);

/*
 * Begins or ends to count what switches do to the TLB, which needs FEATURE_TLB_FLUSH and a cost
 * source. Returns 0 or -errno.
 */
int probes_count_tlb(struct probes *p, bool on);

/* Detaches the switch programs. probes_free() detaches the task events. */
void probes_detach(struct probes *p);

void probes_free(struct probes *p);

const struct probes_info *probes_info(const struct probes *p);

/*
 * Returns the state of a possible CPU, in mapped memory that BPF programs may change at any time.
 */
volatile struct cpu_state *probes_cpu(const struct probes *p, unsigned int cpu);

/*
 * Sends the staged records of `cpu` and takes its snapshot; see flush.bpf.c. With `check`, also
 * compares with the kernel's own count of switches. Returns 0 or -errno.
 */
int probes_flush(struct probes *p, unsigned int cpu, bool check);

/*
 * Returns what the CPU of the last flush has spilled since its flush before. Whoever takes it must
 * clear it before the next flush, which gives it to that CPU.
 */
struct spill *probes_spill(const struct probes *p);

/* Returns the map fd of a CPU's ring buffer for switch records; -1: it has none yet. */
int probes_ring_fd(const struct probes *p, unsigned int cpu);

/* Creates the ring buffer of a CPU. Returns 0 (also when the CPU already has one) or -errno. */
int probes_ring_create(struct probes *p, unsigned int cpu);

/*
 * Tells the programs how far CLOCK_BOOTTIME is ahead of CLOCK_MONOTONIC. From then on, a
 * CLOCK_STEPPED among the task events reports each change.
 */
void probes_set_lead(struct probes *p, u64 lead_ns);

/* Returns the map fd of the ring buffer for task events. */
int probes_task_ring_fd(const struct probes *p);

/*
 * Returns the number of task events lost since start: those that did not fit into the ring buffer,
 * and those missed because the kernel does not run a program that interrupts itself. The latter are
 * as of the last probes_count_missed().
 */
u64 probes_task_events_lost(const struct probes *p);
void probes_count_missed(struct probes *p);

/* How many tasks of a kind were created since the attach. */
u64 probes_creations(const struct probes *p, enum creation kind);

/* Sees that timing creations does not cost too much; see creations.h. To be called at each sync. */
void probes_govern(struct probes *p);

/*
 * Calls fn with the existing tasks, some at a time. No more are read until fn returns, so task
 * events of that time are newer than the records that fn was given, and older than those of its
 * next call. Returns 0 or -errno.
 */
int probes_each_task(struct probes *p, void (*fn)(void *ctx, const struct task_record *r, size_t n),
		     void *ctx);

#endif
