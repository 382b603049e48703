// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "columns.h"

#include <math.h>

static double rate(const struct row *r, u64 n)
{
	return r->seconds > 0 ? (double)n / r->seconds : 0;
}

static double ratio(u64 part, u64 whole)
{
	return whole ? (double)part / (double)whole : NAN;
}

static u64 all_reasons(const struct row *r)
{
	return r->grown.reasons[REASON_VOLUNTARY] + r->grown.reasons[REASON_PREEMPTED];
}

/* Names and ids. */
static const char *name(const struct row *r)
{
	return r->name;
}

static const char *application(const struct row *r)
{
	return r->application;
}

static const char *kind(const struct row *r)
{
	return r->kind;
}

static const char *cmdline(const struct row *r)
{
	return r->cmdline;
}

static double tgid(const struct row *r)
{
	return r->tgid;
}

static double ppid(const struct row *r)
{
	return r->ppid;
}

static double tid(const struct row *r)
{
	return r->tid;
}

static double threads(const struct row *r)
{
	return r->threads;
}

static double start(const struct row *r)
{
	return (double)r->start_ns;
}

static double groups(const struct row *r)
{
	return r->groups;
}

/* Rates. */
static double thread_rate(const struct row *r)
{
	return rate(r, r->grown.switches[KIND_THREAD]);
}

static double process_rate(const struct row *r)
{
	return rate(r, r->grown.switches[KIND_PROCESS]);
}

static double kthread_rate(const struct row *r)
{
	return rate(r, r->grown.switches[KIND_KTHREAD]);
}

static double idle_rate(const struct row *r)
{
	return rate(r, r->grown.switches[KIND_IDLE]);
}

static double voluntary_rate(const struct row *r)
{
	return rate(r, r->grown.reasons[REASON_VOLUNTARY]);
}

static double preempted_rate(const struct row *r)
{
	return rate(r, r->grown.reasons[REASON_PREEMPTED]);
}

/* Shares. */
static double thread_share(const struct row *r)
{
	return ratio(r->grown.switches[KIND_THREAD],
		     r->grown.switches[KIND_THREAD] + r->grown.switches[KIND_PROCESS]);
}

static double preempted_share(const struct row *r)
{
	return ratio(r->grown.reasons[REASON_PREEMPTED], all_reasons(r));
}

static double cpu_share(const struct row *r)
{
	return r->seconds > 0 ? (double)r->cost_ns / (r->seconds * 1e9) : 0;
}

/* Costs. */
/* Switches of which none had a cost have no mean. */
static double mean_of(u64 cost_ns, u64 switches)
{
	return cost_ns ? ratio(cost_ns, switches) : NAN;
}

static double thread_mean(const struct row *r)
{
	return mean_of(r->grown.cost_ns[KIND_THREAD], r->grown.switches[KIND_THREAD]);
}

static double process_mean(const struct row *r)
{
	return mean_of(r->grown.cost_ns[KIND_PROCESS], r->grown.switches[KIND_PROCESS]);
}

/* Totals. */
static double total(const struct row *r)
{
	u64 n = r->unlabelled;

	for (int k = 0; k < NR_KINDS; k++)
		n += r->total.switches[k];
	return (double)n;
}

static double total_voluntary(const struct row *r)
{
	return (double)r->total.reasons[REASON_VOLUNTARY];
}

static double total_preempted(const struct row *r)
{
	return (double)r->total.reasons[REASON_PREEMPTED];
}

#define NUMBER(key, heading, cell, width, wide, number, help)                                      \
	{                                                                                          \
		key, heading, cell, width, wide, number, NULL, help                                \
	}
#define NAME(key, heading, width, wide, name, help)                                                \
	{                                                                                          \
		key, heading, CELL_NAME, width, wide, NULL, name, help                             \
	}

/* One line each, aligned by hand. */
/* clang-format off */
#define RATES \
	NUMBER("thread_per_s", "thread/s", CELL_RATE, 8, 0, thread_rate, \
	       "switches into it that kept the address space"), \
	NUMBER("process_per_s", "proc/s", CELL_RATE, 8, 0, process_rate, \
	       "switches into it that changed the address space"), \
	NUMBER("thread_share", "thr%", CELL_PERCENT, 5, 0, thread_share, \
	       "thread of thread and process switches, from whatever ran before"), \
	NUMBER("cpu_share", "cost", CELL_PERCENT, 6, 0, cpu_share, \
	       "time that the switches into it took, in % of one CPU; the switch alone, not the " \
	       "cache and TLB misses after it")

#define MEANS \
	NUMBER("thread_mean_ns", "t.mean", CELL_NS, 7, 0, thread_mean, \
	       "mean cost of its thread switches"), \
	NUMBER("process_mean_ns", "p.mean", CELL_NS, 7, 0, process_mean, \
	       "mean cost of its process switches")

#define REASONS \
	NUMBER("preempted_share", "pre%", CELL_PERCENT, 5, 0, preempted_share, \
	       "of the switches out of it, how many it did not ask for"), \
	NUMBER("voluntary_per_s", "vol/s", CELL_RATE, 0, 8, voluntary_rate, \
	       "switches out of it that it asked for (it blocked or slept)"), \
	NUMBER("preempted_per_s", "pre/s", CELL_RATE, 0, 8, preempted_rate, \
	       "switches out of it that it did not ask for"), \
	NUMBER("kthread_per_s", "kthr/s", CELL_RATE, 0, 8, kthread_rate, \
	       "switches into it, where it is a kernel thread"), \
	NUMBER("idle_per_s", "idle/s", CELL_RATE, 0, 8, idle_rate, \
	       "switches into it, where it is an idle task"), \
	NUMBER("switches", "switches", CELL_COUNT, 0, 8, total, \
	       "into it since the start of tvtraced; of a report, in the window"), \
	NUMBER("voluntary", "vol", CELL_COUNT, 0, 8, total_voluntary, \
	       "out of it since then, as voluntary_ctxt_switches in /proc"), \
	NUMBER("preempted", "pre", CELL_COUNT, 0, 8, total_preempted, \
	       "likewise, as nonvoluntary_ctxt_switches")

const struct column group_columns[NR_GROUP_COLUMNS] = {
	NAME("comm", "group", 14, 0, name, "name of its leader"),
	NUMBER("tgid", "tgid", CELL_ID, 7, 0, tgid, "its process id"),
	NUMBER("threads", "thr", CELL_COUNT, 4, 0, threads, "threads alive"),
	RATES,
	MEANS,
	REASONS,
	NUMBER("ppid", "ppid", CELL_ID, 0, 7, ppid, "its parent"),
	NAME("application", "application", 0, 24, application,
	     "systemd unit, else container, else cgroup, else comm"),
	NAME("cmdline", "command", 0, 60, cmdline, "the beginning of its command line"),
	NUMBER("start_ns", "", CELL_COUNT, 0, 0, start, "its start, CLOCK_MONOTONIC"),
};

const struct column application_columns[NR_APPLICATION_COLUMNS] = {
	NAME("application", "application", 17, 0, application,
	     "systemd unit, else container, else cgroup, else comm"),
	NUMBER("groups", "grp", CELL_COUNT, 4, 0, groups, "thread groups"),
	NUMBER("threads", "thr", CELL_COUNT, 4, 0, threads, "threads alive"),
	RATES,
	MEANS,
	REASONS,
	NAME("kind", "kind", 0, 9, kind, "unit, container, cgroup or comm"),
};

const struct column thread_columns[NR_THREAD_COLUMNS] = {
	NAME("comm", "thread", 14, 0, name, "its name"),
	NUMBER("pid", "pid", CELL_ID, 0, 7, tgid, "its thread group"),
	NUMBER("lwp", "lwp", CELL_ID, 7, 0, tid, "its own id"),
	RATES,
	MEANS,
	REASONS,
	NUMBER("ppid", "ppid", CELL_ID, 0, 7, ppid, "the parent of its group"),
	NUMBER("nlwp", "nlwp", CELL_COUNT, 0, 5, threads, "threads of its group"),
};
/* clang-format on */
