// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "lists/columns.h"

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

/* A row of ended tasks stands for many tasks, so that it has no id. */
static double tgid(const struct row *r)
{
	return r->ended ? (double)NAN : r->tgid;
}

static double pid_of_thread(const struct row *r)
{
	return r->tgid;
}

static double ppid(const struct row *r)
{
	return r->ended ? (double)NAN : r->ppid;
}

static double tid(const struct row *r)
{
	return r->ended ? (double)NAN : r->tid;
}

static double threads(const struct row *r)
{
	return r->threads;
}

static double start(const struct row *r)
{
	return r->ended ? NAN : (double)r->start_ns;
}

static double groups(const struct row *r)
{
	return r->groups;
}

/* Rates. */
static double thread_rate(const struct row *r)
{
	return rate(r, r->grown.user_switches[KIND_THREAD]);
}

static double process_rate(const struct row *r)
{
	return rate(r, r->grown.user_switches[KIND_PROCESS]);
}

static double other_rate(const struct row *r)
{
	const u64 *user = r->grown.user_switches;

	return rate(r, charges_switches(&r->grown) - user[KIND_THREAD] - user[KIND_PROCESS]);
}

static double kthread_rate(const struct row *r)
{
	return rate(r, r->grown.switches[KIND_KTHREAD]);
}

static double idle_rate(const struct row *r)
{
	return rate(r, r->grown.switches[KIND_IDLE]);
}

static double ended_rate(const struct row *r)
{
	return rate(r, r->nr_ended);
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
	const u64 *user = r->grown.user_switches;

	return ratio(user[KIND_THREAD], user[KIND_THREAD] + user[KIND_PROCESS]);
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
/* There is no mean if no switch was measured. */
static double mean_of(u64 cost_ns, u64 switches)
{
	return cost_ns ? ratio(cost_ns, switches) : NAN;
}

static double thread_mean(const struct row *r)
{
	return mean_of(r->grown.user_cost_ns[KIND_THREAD], r->grown.user_switches[KIND_THREAD]);
}

static double process_mean(const struct row *r)
{
	return mean_of(r->grown.user_cost_ns[KIND_PROCESS], r->grown.user_switches[KIND_PROCESS]);
}

/* Waits. A list may be of a daemon or a trace that has none. */
static double wait_share(const struct row *r)
{
	if (!charges_waits(&r->grown))
		return NAN;
	return r->seconds > 0 ? (double)charges_wait_ns(&r->grown) / (r->seconds * 1e9) : 0;
}

static double wait_mean(const struct row *r)
{
	return ratio(charges_wait_ns(&r->grown), charges_waits(&r->grown));
}

static double wait_mean_after(const struct row *r, enum wait_after after)
{
	return ratio(r->grown.wait_ns[after], r->grown.waits[after]);
}

static double woken_wait_mean(const struct row *r)
{
	return wait_mean_after(r, WAIT_WOKEN);
}

static double preempted_wait_mean(const struct row *r)
{
	return wait_mean_after(r, WAIT_PREEMPTED);
}

static double start_wait_mean(const struct row *r)
{
	return wait_mean_after(r, WAIT_START);
}

/* Tasks that it created. */
static double new_threads_rate(const struct row *r)
{
	return rate(r, r->created.count[CREATED_THREAD]);
}

static double forks_rate(const struct row *r)
{
	return rate(r, r->created.count[CREATED_PROCESS]);
}

static double spawns_rate(const struct row *r)
{
	return rate(r, r->created.count[CREATED_VM_PROCESS]);
}

static double creation_mean(const struct row *r, enum creation kind)
{
	return ratio(r->created.duration_ns[kind], r->created.timed[kind]);
}

static double new_thread_mean(const struct row *r)
{
	return creation_mean(r, CREATED_THREAD);
}

static double fork_mean(const struct row *r)
{
	return creation_mean(r, CREATED_PROCESS);
}

static double spawn_mean(const struct row *r)
{
	return creation_mean(r, CREATED_VM_PROCESS);
}

static double resident(const struct row *r)
{
	return r->created.resident_bytes ? (double)r->created.resident_bytes : NAN;
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
	NUMBER("thread_per_s", "thr/s", CELL_RATE, 5, 0, thread_rate, \
	       "switches into it from another task of a program that kept the address space"), \
	NUMBER("process_per_s", "proc/s", CELL_RATE, 6, 0, process_rate, \
	       "switches into it from another task of a program that changed the address space"), \
	NUMBER("thread_share", "thr%", CELL_PERCENT, 5, 0, thread_share, \
	       "of both, how many were thread switches"), \
	NUMBER("other_per_s", "other", CELL_RATE, 5, 0, other_rate, \
	       "all other switches into it, per second: the CPU was idle or ran the kernel " \
	       "before, or it is one of these itself"), \
	NUMBER("cpu_share", "cost", CELL_PERCENT, 5, 0, cpu_share, \
	       "time that the switches into it took, all of them, in % of one CPU; the switch " \
	       "alone, not the cache and TLB misses after it")

#define MEANS \
	NUMBER("thread_mean_ns", "t.mean", CELL_NS, 7, 0, thread_mean, \
	       "mean cost of those of thr/s"), \
	NUMBER("process_mean_ns", "p.mean", CELL_NS, 7, 0, process_mean, \
	       "mean cost of those of proc/s"), \
	NUMBER("preempted_share", "pre%", CELL_PERCENT, 5, 0, preempted_share, \
	       "of the switches out of it, how many it did not ask for")

#define WAITS \
	NUMBER("wait_share", "wait", CELL_PERCENT, 0, 5, wait_share, \
	       "time that its tasks could run and had no CPU, in % of the time: two that wait " \
	       "all the time make 200%"), \
	NUMBER("wait_mean_ns", "w.mean", CELL_NS, 0, 7, wait_mean, \
	       "mean wait for a CPU"), \
	NUMBER("woken_wait_mean_ns", "w.woken", CELL_NS, 0, 7, woken_wait_mean, \
	       "of those after it was woken"), \
	NUMBER("preempted_wait_mean_ns", "w.pre", CELL_NS, 0, 7, preempted_wait_mean, \
	       "of those after it was preempted"), \
	NUMBER("start_wait_mean_ns", "w.start", CELL_NS, 0, 7, start_wait_mean, \
	       "of new tasks, from their creation to their first run")

#define CREATIONS \
	NUMBER("new_threads_per_s", "nthr/s", CELL_RATE, 0, 6, new_threads_rate, \
	       "threads that it created"), \
	NUMBER("forks_per_s", "fork/s", CELL_RATE, 0, 6, forks_rate, \
	       "processes that it created with an address space of their own"), \
	NUMBER("spawns_per_s", "vfrk/s", CELL_RATE, 0, 6, spawns_rate, \
	       "processes that it created in its own address space: vfork, posix_spawn"), \
	NUMBER("new_thread_mean_ns", "t.new", CELL_NS, 0, 7, new_thread_mean, \
	       "mean time in the kernel for the creation of a thread"), \
	NUMBER("fork_mean_ns", "f.new", CELL_NS, 0, 7, fork_mean, \
	       "of such a process; it grows with the resident memory of the creator"), \
	NUMBER("spawn_mean_ns", "v.new", CELL_NS, 0, 7, spawn_mean, \
	       "of a process by vfork; with some sources it contains the child's run")

#define REASONS \
	NUMBER("voluntary_per_s", "vol/s", CELL_RATE, 0, 5, voluntary_rate, \
	       "switches out of it that it asked for (it blocked or slept)"), \
	NUMBER("preempted_per_s", "pre/s", CELL_RATE, 0, 5, preempted_rate, \
	       "switches out of it that it did not ask for"), \
	NUMBER("kthread_per_s", "kthr/s", CELL_RATE, 0, 6, kthread_rate, \
	       "switches into it, where it is a kernel thread"), \
	NUMBER("idle_per_s", "idle/s", CELL_RATE, 0, 6, idle_rate, \
	       "switches into it, where it is an idle task"), \
	NUMBER("switches", "switches", CELL_COUNT, 0, 8, total, \
	       "into it since the start of tvtraced; of a report, in the window"), \
	NUMBER("voluntary", "vol", CELL_COUNT, 0, 5, total_voluntary, \
	       "out of it since then, as voluntary_ctxt_switches in /proc"), \
	NUMBER("preempted", "pre", CELL_COUNT, 0, 5, total_preempted, \
	       "out of it that were preempted, as nonvoluntary_ctxt_switches")

const struct column group_columns[NR_GROUP_COLUMNS] = {
	NAME("comm", "group", 14, 0, name,
	     "name of its leader; in text, where names repeat, with what tells the command lines "
	     "apart"),
	NUMBER("tgid", "tgid", CELL_ID, 7, 0, tgid,
	       "its process id; none in a line of those of this name that have ended"),
	NUMBER("threads", "thr", CELL_COUNT, 4, 0, threads,
	       "threads alive; of those that have ended, how many did in the interval"),
	RATES,
	MEANS,
	WAITS,
	NUMBER("ended_per_s", "end/s", CELL_RATE, 0, 5, ended_rate,
	       "threads of it that ended, per second; of those that have ended, groups"),
	REASONS,
	CREATIONS,
	NUMBER("resident_bytes", "rss", CELL_BYTES, 0, 8, resident,
	       "its resident memory when it last created a task"),
	NUMBER("ppid", "ppid", CELL_ID, 0, 7, ppid, "its parent"),
	NAME("application", "application", 0, 20, application,
	     "systemd unit, else container, else cgroup, else comm"),
	NAME("cmdline", "command", 0, 30, cmdline, "the beginning of its command line"),
	NUMBER("start_ns", "", CELL_COUNT, 0, 0, start, "its start, CLOCK_BOOTTIME"),
};

const struct column application_columns[NR_APPLICATION_COLUMNS] = {
	NAME("application", "application", 16, 0, application,
	     "systemd unit, else container, else cgroup, else comm"),
	NUMBER("groups", "grp", CELL_COUNT, 4, 0, groups, "thread groups alive"),
	NUMBER("ended_per_s", "end/s", CELL_RATE, 5, 0, ended_rate,
	       "thread groups that ended, per second; all else counts them as well"),
	RATES,
	MEANS,
	WAITS,
	NUMBER("threads", "thr", CELL_COUNT, 0, 4, threads, "threads alive"),
	REASONS,
	CREATIONS,
	NAME("kind", "kind", 0, 9, kind, "unit, container, cgroup or comm"),
};

const struct column thread_columns[NR_THREAD_COLUMNS] = {
	NAME("comm", "thread", 19, 0, name,
	     "its name; (ended): those that ended in the interval"),
	NUMBER("pid", "pid", CELL_ID, 0, 7, pid_of_thread, "its thread group"),
	NUMBER("lwp", "lwp", CELL_ID, 7, 0, tid, "its own id"),
	RATES,
	MEANS,
	WAITS,
	NUMBER("ended_per_s", "end/s", CELL_RATE, 0, 5, ended_rate,
	       "of those that have ended: how many did, per second"),
	REASONS,
	NUMBER("ppid", "ppid", CELL_ID, 0, 7, ppid, "the parent of its group"),
	NUMBER("nlwp", "nlwp", CELL_COUNT, 0, 5, threads, "threads of its group"),
};
/* clang-format on */
