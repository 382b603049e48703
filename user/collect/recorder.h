/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The flight recorder: what came out of the rings, as it came, in as much memory as it may have;
 * the oldest goes first. Kept in chunks that never change once they are closed, so that captures on
 * other threads can read them while recording goes on.
 */
#ifndef TVTRACED_COLLECT_RECORDER_H
#define TVTRACED_COLLECT_RECORDER_H

#include <stdbool.h>
#include <stddef.h>

#include "record.h"

enum frame_type {
	FRAME_BATCH, /* `count` switch records follow, and `lost` came before them */
	FRAME_TASK,  /* a task_record follows, and the name that the task had before */
	FRAME_LOST,  /* `lost` switches came before ts_ns, after all that is recorded of this CPU */
	FRAME_CLOCK, /* a clock_frame follows: at ts_ns the machine had been suspended */
};

struct frame {
	u32 type;
	u32 cpu;
	u32 count;
	u32 size; /* bytes, this header included; a multiple of 8 */
	u64 ts_ns;
	u64 lost; /* spilled */
};

struct task_frame {
	struct task_record record;
	char comm_before[COMM_LEN]; /* "": not known */
};

/* How far CLOCK_BOOTTIME was ahead of CLOCK_MONOTONIC, which stops in a suspension. */
struct clock_frame {
	u64 before_ns, after_ns;
};

/* Read-only once it is closed. */
struct chunk {
	size_t len;  /* of data */
	size_t room; /* for it */
	bool left;   /* it is what chunk_without_switches() left */
	u64 first_ns, last_ns;
	u32 refs;
	struct chunk *next; /* among those that nobody needs any more */
	char data[] __attribute__((aligned(8)));
};

/* The frame at an offset, which it moves on; NULL: the end. */
const struct frame *chunk_next(const struct chunk *c, size_t *offset);

/*
 * What a chunk tells of tasks and clocks, and how many switches it has of each CPU: one stretch
 * that is lost. What is left of an earlier one (NULL: none) comes first, and stretches of one CPU
 * become one; both stay the caller's.
 */
struct chunk *chunk_without_switches(const struct chunk *earlier, const struct chunk *c);

/* From any thread; memory is given back on that of the event loop, which never waits for it. */
void chunk_unref(struct chunk *c);

struct recorder;

/* Gets each chunk that is closed; keeps it only with a reference of its own (chunk_ref). */
typedef void (*recorder_fn)(void *ctx, struct chunk *c);
void chunk_ref(struct chunk *c);

/* bytes: how much is kept; 0: nothing, but who follows gets it. Freed by recorder_free. */
struct recorder *recorder_new(size_t bytes);
void recorder_free(struct recorder *r);

/* All but these take place on the thread of the event loop. NULL is ignored. */
void recorder_batch(struct recorder *r, u32 cpu, const struct switch_record *records, u32 count,
		    u64 lost);
void recorder_task(struct recorder *r, const struct task_record *t, const char *comm_before);
void recorder_lost(struct recorder *r, u32 cpu, u64 count, u64 now_ns);
void recorder_clock(struct recorder *r, u64 ts_ns, u64 before_ns, u64 after_ns);

/* Closes the chunk that is being filled, so that followers get it. */
void recorder_close(struct recorder *r);

/* Calls fn for each closed chunk that has something of since_ns or later, oldest first. */
void recorder_each(struct recorder *r, u64 since_ns, recorder_fn fn, void *ctx);

/* From now on fn gets each chunk that is closed. */
void recorder_follow(struct recorder *r, recorder_fn fn, void *ctx);
void recorder_unfollow(struct recorder *r, void *ctx);

/* Bytes that are kept, and the time of the oldest; 0 and 0: nothing is. */
size_t recorder_bytes(const struct recorder *r);
size_t recorder_limit(const struct recorder *r);
u64 recorder_oldest_ns(const struct recorder *r);

#endif
