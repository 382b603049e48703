/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Layout of everything that crosses from the BPF programs to userspace. Fixed-width types only;
 * both sides are built from this one file, and a daemon carries the very programs it was built
 * with, so the layout has no version number.
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

enum {
	BATCH_RECORDS = 64,
	COMM_LEN = 16,	       /* TASK_COMM_LEN */
	TIMED_RECORD = 32,     /* the one in each batch whose staging is timed */
	CPU_STATE_ALIGN = 128, /* two cache lines: the adjacent-line prefetcher */
};

/*
 * A task is named by (tid, birth). birth is the low half of start_boottime >> 10, which makes it
 * unambiguous as long as one tid is not used twice exactly 2^42 ns (73 minutes) apart, give or
 * take a microsecond, with the first user's records still on their way.
 */
#define BIRTH_OF(start_ns) ((u32)((start_ns) >> 10))

/*
 * One context switch.
 * The state field holds the low 16 bits of the kernel's own state (linux/sched.h, not what ftrace
 * prints), but PREV_STATE_PREEMPTED in place of TASK_WAKEKILL, and for the dead exit_state as well;
 * cost_ns 0 means that no end was seen, or that the clock ran backwards, or for more than
 * UINT32_MAX.
 */
struct switch_record {
	u64 ts_ns; /* CLOCK_MONOTONIC, taken last in the sched_switch program */
	u32 prev_tid;
	u32 prev_birth;
	u32 next_tid;
	u32 next_birth;
	u32 cost_ns;
	u8 label; /* LABEL_INDEX */
	u8 next_prio;
	u16 prev_state;
};

/* prev_state of a task that will never run again (TASK_DEAD, linux/sched.h). */
#define PREV_STATE_DEAD 0x80
/* It did not ask for the switch. */
#define PREV_STATE_PREEMPTED 0x100

/* Header of a batch in the ring; `count` switch records follow. */
struct batch_header {
	u64 first; /* records that this CPU had sent before this batch, the spilled ones included */
	u32 cpu;
	u32 count;
};

/* What the flush program saw on its CPU; consistent, since it keeps switches out meanwhile. */
struct cpu_snapshot {
	u64 ts_ns;
	u64 labels[NR_LABELS];
	u64 seen;
	u64 pushed;
	u64 spilled;
	u64 unseen;   /* growth of rq->nr_switches since the first switch seen, less those seen */
	u64 probe_ns; /* own time up to the record's being staged, in the switches sampled */
	u64 probe_samples;
	u64 push_ns; /* own time in switches that pushed a batch, all of them */
	u64 pushes;
	u64 ring_high_water; /* bytes */
};

/* Spilled switches by cell and bucket; drained and cleared by userspace, hence 32 bits. */
struct spill {
	u32 buckets[NR_CELLS][NR_BUCKETS];
	u32 unmeasured[NR_CELLS];
	u32 min_ns[NR_CELLS]; /* 0: none yet */
	u32 max_ns[NR_CELLS];
	u64 sum_ns[NR_CELLS];
};

/*
 * State of one possible CPU: element of a mmapable array, so that userspace reads it without a
 * system call. Written by programs on that CPU only (or for it, while it is offline).
 */
struct cpu_state {
	/* The switch programs' working set. */
	u32 staged; /* records in the batch */
	u32 open;   /* 1 + index of the record whose end is still to come; 0: none */
	u32 started;
	u32 spill_index; /* the spill that the programs write; userspace owns the other */
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
	struct batch_header header; /* directly before the records: pushed as one piece */
	struct switch_record batch[BATCH_RECORDS];
	struct cpu_snapshot snapshot;
	struct spill spills[2];
} __attribute__((aligned(CPU_STATE_ALIGN)));

enum task_event {
	TASK_EXISTING, /* from the task iterator; other is the parent's tgid */
	TASK_FOUND,    /* from /proc, where the iterator does not show it */
	TASK_NEW,
	TASK_FORK, /* sched_process_fork; other is the parent's tgid */
	TASK_EXEC, /* sched_process_exec; other is the tid before the exec */
	TASK_RENAME,
	TASK_EXIT,
	TASK_MOVED,    /* to another cgroup, of any hierarchy */
	CLOCK_STEPPED, /* no task's: start_ns is how far CLOCK_BOOTTIME is ahead of CLOCK_MONOTONIC
			*/
};

/* How exact start times in /proc are: two ticks of 10 ms. */
#define FOUND_SLACK_NS 20000000

/* Both clocks run alike but for suspensions, which take longer than reading them does. */
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
	u16 kernel; /* 1: PF_KTHREAD */
	u16 cpu;    /* where it was told, but for TASK_EXISTING and TASK_FOUND */
	char comm[COMM_LEN];
	u32 other_birth; /* of the parent's leader, TASK_FORK */
};

/* Argument of the flush program, in u64 as BPF_PROG_TEST_RUN passes them. */
struct flush_args {
	u64 cpu;
	u64 check; /* 0: leave `unseen` as it was, sched_switch is not attached any more */
};

_Static_assert(sizeof(struct switch_record) == 32, "switch_record layout");
_Static_assert(sizeof(struct batch_header) == 16, "batch_header layout");
_Static_assert(sizeof(struct task_record) == 64, "task_record layout");
_Static_assert(sizeof(struct cpu_state) % CPU_STATE_ALIGN == 0, "cpu_state layout");
_Static_assert(__builtin_offsetof(struct cpu_state, batch) ==
		       __builtin_offsetof(struct cpu_state, header) + sizeof(struct batch_header),
	       "a batch is pushed with its header");

#endif
