/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The BPF side as the daemon sees it: loaded, attached, flushed, detached. What is attached is
 * held by file descriptors only, so it goes with the process however that ends.
 */
#ifndef TVTRACED_PROBES_PROBES_H
#define TVTRACED_PROBES_PROBES_H

#include <stdbool.h>
#include <stddef.h>

#include "probes/cost_source.h"
#include "probes/features.h"
#include "record.h"

struct probes;

struct probes_info {
	const char *cost_source;
	const char *cost_reason; /* why the source is "none"; NULL otherwise */
	struct features features;
	unsigned int cpus; /* possible CPUs */
	u32 own_tgid;	   /* this process's id in the host's pid namespace */
	size_t ring_bytes; /* of one ring */
	unsigned int rings;
	u64 cost_bias_ns;
	u64 probe_entry_ns;
};

/*
 * Loads everything, and measures the bias. On failure prints why and returns an exit status;
 * 0 is success. cpus is how many are possible. ring_bytes is the size of one CPU's ring, a power of
 * two and at least a page; wanted is the cost source, NULL: the best that works.
 */
int probes_load(struct probes **out, const struct features *f, unsigned int cpus, size_t ring_bytes,
		const struct cost_source *wanted);

/* Attaches the task events and the task iterator. Returns 0 or an exit status. */
int probes_attach_tasks(struct probes *p);

/* Attaches the switch programs. Returns 0 or an exit status. */
int probes_attach_switches(struct probes *p);

/* Detaches the switch programs. The task events go with probes_free. */
void probes_detach(struct probes *p);

void probes_free(struct probes *p);

const struct probes_info *probes_info(const struct probes *p);

/* State of a possible CPU: mapped memory that programs change under the reader's eyes. */
volatile struct cpu_state *probes_cpu(const struct probes *p, unsigned int cpu);

/*
 * Sends what `cpu` has staged and takes its snapshot; see flush.bpf.c. With `check` it also
 * compares with the kernel's own count. Returns 0 or -errno.
 */
int probes_flush(struct probes *p, unsigned int cpu, bool check);

/* Switch records' ring of a CPU, as map fd; -1 while it has none. */
int probes_ring_fd(const struct probes *p, unsigned int cpu);

/* Makes the ring of a CPU that came up later. Returns 0 (also when there is one) or -errno. */
int probes_ring_create(struct probes *p, unsigned int cpu);

/*
 * How far CLOCK_BOOTTIME is ahead of CLOCK_MONOTONIC: from then on what changes that is told by a
 * CLOCK_STEPPED in the task events.
 */
void probes_set_lead(struct probes *p, u64 lead_ns);

/* Task events' ring, as map fd. */
int probes_task_ring_fd(const struct probes *p);

/*
 * Task events that did not fit their ring, and those that were not told since the kernel does not
 * run a program that interrupts itself; the latter as of the last probes_count_missed(), since
 * start.
 */
u64 probes_task_events_lost(const struct probes *p);
void probes_count_missed(struct probes *p);

/*
 * Calls fn with the tasks that exist, some at a time. Until it returns no more are read, so what
 * their events say meanwhile is newer than what fn was given, and older than what it gets next.
 * Returns 0 or -errno.
 */
int probes_each_task(struct probes *p, void (*fn)(void *ctx, const struct task_record *r, size_t n),
		     void *ctx);

#endif
