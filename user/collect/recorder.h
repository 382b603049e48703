/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The flight recorder keeps what came out of the ring buffers, unchanged and in limited memory;
 * when the memory is full, the oldest records are dropped first. The records are in chunks that
 * never change once they are closed, so that captures on other threads can read them while the
 * recording goes on.
 */
#ifndef TVTRACED_COLLECT_RECORDER_H
#define TVTRACED_COLLECT_RECORDER_H

#include <stdbool.h>
#include <stddef.h>

#include "record.h"

enum frame_type {
	FRAME_BATCH, /* `count` switch records follow; `lost` switches are missing before them */
	FRAME_TASK,  /* a task_frame follows */
	FRAME_LOST,  /* `lost` switches are missing between this CPU's last frame and ts_ns */
	FRAME_CLOCK, /* a clock_frame follows: a suspension had ended at ts_ns */
};

struct frame {
	u32 type;
	u32 cpu;
	u32 count;
	u32 size; /* bytes, this header included; a multiple of 8 */
	u64 ts_ns;
	u64 lost; /* number of spilled switches */
};

struct task_frame {
	struct task_record record;
	char comm_before[COMM_LEN]; /* name before the event; "": not known */
};

/*
 * How far CLOCK_BOOTTIME was ahead of CLOCK_MONOTONIC before and after a suspension, in which
 * CLOCK_MONOTONIC stops.
 */
struct clock_frame {
	u64 before_ns, after_ns;
};

/* A chunk of frames. Its contents are read-only once the chunk is closed. */
struct chunk {
	size_t len;  /* bytes of data used */
	size_t room; /* bytes of data allocated */
	bool left;   /* made by chunk_without_switches() */
	u64 first_ns, last_ns;
	u32 refs;
	struct chunk *next; /* in the list of chunks without references */
	char data[] __attribute__((aligned(8)));
};

/* Returns the frame at *offset and moves *offset behind the frame; NULL at the end. */
const struct frame *chunk_next(const struct chunk *c, size_t *offset);

/*
 * Returns a new chunk with the task and clock frames of c, and for each CPU one FRAME_LOST with the
 * number of its switches. `earlier` (NULL: none) is the result of such a call, whose contents come
 * first; each CPU still gets only one FRAME_LOST. Both arguments stay the caller's.
 */
struct chunk *chunk_without_switches(const struct chunk *earlier, const struct chunk *c);

/*
 * Drops a reference. May be called from any thread; the event loop's thread frees the memory later,
 * so neither thread waits for the other.
 */
void chunk_unref(struct chunk *c);

struct recorder;

/* Is called with a closed chunk, and must take a reference (chunk_ref) to keep the chunk. */
typedef void (*recorder_fn)(void *ctx, struct chunk *c);
void chunk_ref(struct chunk *c);

/*
 * bytes: how much is kept; 0: nothing, but followers still get each chunk. Free the recorder with
 * recorder_free().
 */
struct recorder *recorder_new(size_t bytes);
void recorder_free(struct recorder *r);

/*
 * All recorder_*() functions must be called on the event loop's thread; only the chunk functions
 * may be called on others. The next four ignore a NULL recorder.
 */
void recorder_batch(struct recorder *r, u32 cpu, const struct switch_record *records, u32 count,
		    u64 lost);
void recorder_task(struct recorder *r, const struct task_record *t, const char *comm_before);
void recorder_lost(struct recorder *r, u32 cpu, u64 count, u64 now_ns);
void recorder_clock(struct recorder *r, u64 ts_ns, u64 before_ns, u64 after_ns);

/* Closes the chunk that is being filled, so that followers get it. NULL is ignored. */
void recorder_close(struct recorder *r);

/* Calls fn for each kept chunk that has a record of since_ns or later, oldest chunk first. */
void recorder_each(struct recorder *r, u64 since_ns, recorder_fn fn, void *ctx);

/*
 * From now on, calls fn with each chunk that is closed, until recorder_unfollow() with the same
 * ctx.
 */
void recorder_follow(struct recorder *r, recorder_fn fn, void *ctx);
void recorder_unfollow(struct recorder *r, void *ctx);

/*
 * The number of bytes kept, their limit, and the time of the oldest record; bytes and time are 0
 * when nothing is kept.
 */
size_t recorder_bytes(const struct recorder *r);
size_t recorder_limit(const struct recorder *r);
u64 recorder_oldest_ns(const struct recorder *r);

#endif
