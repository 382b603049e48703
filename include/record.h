/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The layout of all data that the BPF programs pass to userspace. All types have a fixed width.
 * Both sides are built from this one file, and a daemon carries the very programs that it was built
 * with, so the layout needs no version number.
 */
#ifndef TVTRACED_RECORD_H
#define TVTRACED_RECORD_H

#ifndef __bpf__
#include <stdint.h>
typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef int32_t s32;
typedef uint64_t u64;
#endif

#include "bucket.h"
#include "label.h"
#include "tlb.h"
#include "wait.h"

enum {
	BATCH_RECORDS = 64,
	COMM_LEN = 16,	       /* TASK_COMM_LEN */
	TIMED_RECORD = 32,     /* the record in each batch whose staging is timed */
	CPU_STATE_ALIGN = 128, /* two cache lines, for the adjacent-line prefetcher */
};

/*
 * A task is identified by (tid, birth). birth is the low 32 bits of start_boottime >> 10, in units
 * of 1024 ns. The pair is ambiguous only if one tid is used twice exactly 2^42 ns (73 minutes)
 * apart, to about a microsecond, while records of its first user are still on their way.
 */
#define BIRTH_OF(start_ns) ((u32)((start_ns) >> 10))

/*
 * One context switch.
 * The state field holds the low 16 bits of the kernel's own task state (linux/sched.h, not what
 * ftrace prints), with PREV_STATE_PREEMPTED in place of TASK_WAKEKILL; for a dead task, exit_state
 * is added. cost_ns is 0 when the end of the switch was not seen, when the clock ran backwards, and
 * when the cost exceeded UINT32_MAX.
 */
struct switch_record {
	u64 ts_ns; /* CLOCK_MONOTONIC, taken last in the sched_switch program */
	u64 wait;  /* of next, WAIT_OF() */
	u32 prev_tid;
	u32 prev_birth;
	u32 next_tid;
	u32 next_birth;
	u32 cost_ns;
	u8 label; /* LABEL_INDEX */
	u8 next_prio;
	u16 prev_state;
};

/* This bit of prev_state tells that the task will never run again (TASK_DEAD, linux/sched.h). */
#define PREV_STATE_DEAD 0x80
/* This bit of prev_state tells that the task was preempted: it did not ask for the switch. */
#define PREV_STATE_PREEMPTED 0x100

/* Header of a batch in the ring buffer; `count` switch records follow it. */
struct batch_header {
	u64 first; /* records of this CPU before this batch, spilled ones included */
	u32 cpu;
	u32 count;
};

/*
 * The counters of a CPU as the flush program saw them. They are consistent with each other, because
 * no switch can happen on that CPU while the program runs.
 */
struct cpu_snapshot {
	u64 ts_ns;
	u64 labels[NR_LABELS];
	u64 seen;
	u64 pushed;
	u64 spilled;
	u64 unseen;   /* growth of rq->nr_switches since the first switch seen, minus `seen` */
	u64 probe_ns; /* probes' own time for staging a record, in the sampled switches */
	u64 probe_samples;
	u64 push_ns; /* own time for pushing batches in switches; all are timed */
	u64 pushes;
	u64 ring_high_water; /* bytes */
	u64 tlb[NR_KINDS][NR_TLB_EVENTS];
};

/*
 * A histogram in the kernel. Userspace drains and clears it, so 32 bits are enough for the
 * counters.
 */
struct spill_histogram {
	u64 sum_ns;
	u64 min_ns; /* meaningless while count is 0 */
	u64 max_ns;
	u32 count;
	u32 buckets[NR_BUCKETS];
};

/* Switches that did not fit into the ring buffer. */
struct spill {
	struct spill_histogram cost[NR_CELLS];
	struct spill_histogram wait[NR_CELLS]; /* whatever the waits followed */
	u32 unmeasured[NR_CELLS];	       /* switches without a cost */
};

/*
 * What a task has waited for CPUs up to its last arrival on one, so that the next arrival knows how
 * much was added. Programs on all CPUs write here without a lock; `check` tells when an entry is of
 * another task, or was written by two CPUs at once.
 */
struct waiter {
	u64 check;  /* address of the task, xor `waited` */
	u64 waited; /* run_delay << 16, plus the low 16 bits of nivcsw */
};

enum {
	WAITER_SETS = 1 << 16, /* 2 MiB */
	WAITER_WAYS = 2,
};

/* The tasks whose tids are equal modulo WAITER_SETS share one set. */
struct waiter_set {
	struct waiter way[WAITER_WAYS]; /* the latest first */
};

/*
 * The state of one possible CPU: an element of an array map that userspace maps into its memory, to
 * read it without a system call. Only programs on that CPU write to it, or, while the CPU is
 * offline, programs that run for it on another one.
 */
struct cpu_state {
	/* The switch programs' working set. */
	u32 staged; /* records in the batch */
	u32 open;   /* 1 + index of the record whose switch has not ended yet; 0: none */
	u32 started;
	u32 spill_slot; /* index in `cpus` of the element whose spill this CPU's programs write */
	u64 seen;
	u64 pushed;
	u64 spilled;
	u64 nr_switches_base;
	u64 probe_ns;
	u64 probe_samples;
	u64 push_ns;
	u64 pushes;
	u64 ring_high_water;
	u64 labels[NR_LABELS];
	u64 tlb[NR_KINDS][NR_TLB_EVENTS]; /* what switches did to the TLB */
	u64 timers;		    /* hrtimers set up while creations are timed by them; about */
	u64 next_task;		    /* address of the task that the CPU switches to */
	struct batch_header header; /* directly before the records: both are pushed in one piece */
	struct switch_record batch[BATCH_RECORDS];
	struct cpu_snapshot snapshot;
	struct spill spill; /* of whichever CPU has this element as its spill_slot */
} __attribute__((aligned(CPU_STATE_ALIGN)));

enum task_event {
	TASK_EXISTING, /* reported by the task iterator; other is the parent's tgid */
	TASK_FOUND,    /* found in /proc, because the iterator does not show it */
	TASK_NEW,      /* other is the creator's tgid */
	TASK_CREATED,  /* how long the creation took; the task may have ended by then */
	TASK_FORK,     /* sched_process_fork; other is the parent's tgid */
	TASK_EXEC,     /* sched_process_exec; other is the tid before the exec */
	TASK_RENAME,
	TASK_EXIT,
	TASK_MOVED,    /* moved to another cgroup, in any hierarchy */
	CLOCK_STEPPED, /* of no task; start_ns is the lead of CLOCK_BOOTTIME over CLOCK_MONOTONIC */
};

/* Start times in /proc are exact to this many ns: two ticks of 10 ms. */
#define FOUND_SLACK_NS 20000000

/*
 * The difference of CLOCK_BOOTTIME and CLOCK_MONOTONIC changes only by suspensions. A change below
 * this bound is due to reading one clock after the other; a suspension takes longer.
 */
#define CLOCK_SLACK_NS 1000000

/* One event in a task's life. start_ns is task->start_boottime, as in /proc/PID/stat. */
struct task_record {
	u64 ts_ns; /* CLOCK_MONOTONIC */
	u64 start_ns;
	u64 leader_start_ns;
	u32 event;
	u32 tid;
	u32 tgid;
	u32 other;
	u8 kernel;	 /* 1: PF_KTHREAD */
	u8 creation;	 /* enum creation; for TASK_NEW and TASK_CREATED only */
	u16 cpu;	 /* CPU of the event; meaningless for TASK_EXISTING and TASK_FOUND */
	u32 other_birth; /* birth of the leader of `other`, where that is a parent or creator */
	union {
		char comm[COMM_LEN];
		struct {
			u64 duration_ns;    /* of the creation, which ended at ts_ns */
			u32 creator;	    /* tid */
			u32 resident_pages; /* the creator's, at that moment; 0: it has no memory */
		} created;		    /* for TASK_CREATED */
	};
};

enum {
	CREATOR_SLOTS = 4096,
};

/*
 * A creation under way, in the slot of its creator's tid. Creators on other CPUs whose tids are
 * equal modulo CREATOR_SLOTS write here, too, without a lock: `check` tells whose the entry is. Of
 * such creations at most one is measured.
 */
struct creator {
	u64 check; /* what the creation is known by, xor `begun`; see bpf/creator.h */
	u64 begun; /* CLOCK_MONOTONIC, ns */
	u64 child; /* address of the new task; 0: task_newtask has not come yet */
	u64 vfork; /* the creator will wait for the child */
	struct task_record event; /* of the new task; without the duration */
};

/*
 * Argument of the flush program, in u64 as BPF_PROG_TEST_RUN passes them. The CPU's programs write
 * to the spill of the element `spare` from then on, and leave the one that they had.
 */
struct flush_args {
	u64 cpu;
	u64 spare;
	u64 check; /* 0: leave `unseen` unchanged, since sched_switch is not attached any more */
};

_Static_assert(sizeof(struct switch_record) == 40, "switch_record layout");
_Static_assert(sizeof(struct batch_header) == 16, "batch_header layout");
_Static_assert(sizeof(struct task_record) == 64, "task_record layout");
_Static_assert(sizeof(struct cpu_state) % CPU_STATE_ALIGN == 0, "cpu_state layout");
_Static_assert(__builtin_offsetof(struct cpu_state, batch) ==
		       __builtin_offsetof(struct cpu_state, header) + sizeof(struct batch_header),
	       "a batch is pushed with its header");

#endif
