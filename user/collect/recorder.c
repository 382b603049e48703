// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "collect/recorder.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common/alloc.h"
#include "common/array.h"
#include "common/queue.h"

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23 /* linux/mman.h */
#endif

enum {
	CHUNK_BYTES = 256 << 10,
	MAX_SPARE = 16,
};

struct follower {
	recorder_fn fn;
	void *ctx;
};

struct recorder {
	size_t limit, bytes;		/* most bytes to keep; bytes in closed chunks now */
	struct chunk *open;		/* the chunk that is being filled; NULL: none */
	struct chunk **kept;		/* ring of closed chunks, oldest first */
	struct queue queue;		/* positions in `kept` */
	struct chunk *spare[MAX_SPARE]; /* for reuse; their pages are populated */
	size_t nr_spare;
	struct follower *followers;
	size_t nr_followers, room_followers;
};

const struct frame *chunk_next(const struct chunk *c, size_t *offset)
{
	const struct frame *f = (const void *)(c->data + *offset);

	if (*offset >= c->len)
		return NULL;
	*offset += f->size;
	return f;
}

void chunk_ref(struct chunk *c)
{
	__atomic_add_fetch(&c->refs, 1, __ATOMIC_RELAXED);
}

/*
 * Chunks without references, added by any thread and freed by the event loop. A capture's thread
 * must not free them itself: it would hold the lock of the event loop's malloc arena, and other
 * tasks may keep the thread from its CPU for a long time meanwhile.
 */
static struct chunk *unneeded;

void chunk_unref(struct chunk *c)
{
	if (__atomic_sub_fetch(&c->refs, 1, __ATOMIC_ACQ_REL))
		return;
	c->next = __atomic_load_n(&unneeded, __ATOMIC_RELAXED);
	while (!__atomic_compare_exchange_n(&unneeded, &c->next, c, true, __ATOMIC_RELEASE,
					    __ATOMIC_RELAXED))
		;
}

/* Where the FRAME_LOST of each CPU is in a chunk without switches. */
struct stretches {
	size_t *at; /* by CPU: 1 + offset of the frame; 0: none yet */
	u32 n;
};

static void add_lost(struct chunk *to, struct stretches *s, const struct frame *f)
{
	struct frame *lost;

	if (f->cpu >= s->n) {
		s->at = xrealloc(s->at, f->cpu + 1, sizeof(*s->at));
		memset(s->at + s->n, 0, (f->cpu + 1 - s->n) * sizeof(*s->at));
		s->n = f->cpu + 1;
	}
	if (!s->at[f->cpu]) {
		s->at[f->cpu] = 1 + to->len;
		lost = (void *)(to->data + to->len);
		*lost = (struct frame){.type = FRAME_LOST, .cpu = f->cpu, .size = sizeof(*f)};
		to->len += sizeof(*f);
	}
	lost = (void *)(to->data + s->at[f->cpu] - 1);
	lost->lost += f->lost + f->count;
	if (f->ts_ns > lost->ts_ns)
		lost->ts_ns = f->ts_ns;
}

static void leave_out(struct chunk *to, struct stretches *s, const struct chunk *c)
{
	const struct frame *f;
	size_t offset = 0;

	while ((f = chunk_next(c, &offset))) {
		if (f->type == FRAME_BATCH || f->type == FRAME_LOST) {
			add_lost(to, s, f);
		} else {
			memcpy(to->data + to->len, f, f->size);
			to->len += f->size;
		}
	}
}

struct chunk *chunk_without_switches(const struct chunk *earlier, const struct chunk *c)
{
	size_t most = c->len + (earlier ? earlier->len : 0);
	struct chunk *small = xrealloc(NULL, 1, sizeof(*small) + most);
	struct stretches s = {0};

	*small = (struct chunk){
		.first_ns = c->first_ns, .last_ns = c->last_ns, .refs = 1, .left = true};
	if (earlier) {
		small->first_ns = earlier->first_ns;
		leave_out(small, &s, earlier);
	}
	leave_out(small, &s, c);
	free(s.at);
	/*
	 * room is what is really allocated, so that take_unneeded() does not reuse the chunk as one
	 * of CHUNK_BYTES.
	 */
	small->room = small->len;
	return xrealloc(small, 1, sizeof(*small) + small->len);
}

/* Reuses or frees the chunks without references. Called on the event loop's thread. */
static void take_unneeded(struct recorder *r)
{
	struct chunk *c = __atomic_exchange_n(&unneeded, NULL, __ATOMIC_ACQUIRE);

	while (c) {
		struct chunk *next = c->next;

		if (c->room == CHUNK_BYTES && r->nr_spare < MAX_SPARE)
			r->spare[r->nr_spare++] = c;
		else
			free(c);
		c = next;
	}
}

struct recorder *recorder_new(size_t bytes)
{
	struct recorder *r = xcalloc(1, sizeof(*r));

	r->limit = bytes;
	/*
	 * Many chunks may be smaller than CHUNK_BYTES: while captures run, one is closed each
	 * second.
	 */
	r->queue.room = bytes / CHUNK_BYTES * 32 + 64;
	r->kept = xcalloc(r->queue.room, sizeof(struct chunk *));
	return r;
}

static void forget_oldest(struct recorder *r)
{
	struct chunk *c = r->kept[queue_pop(&r->queue)];

	r->bytes -= c->len;
	chunk_unref(c);
}

void recorder_free(struct recorder *r)
{
	if (!r)
		return;
	while (r->queue.n)
		forget_oldest(r);
	take_unneeded(r);
	while (r->nr_spare)
		free(r->spare[--r->nr_spare]);
	free(r->open);
	free(r->followers);
	free(r->kept);
	free(r);
}

static void keep(struct recorder *r, struct chunk *c)
{
	while (r->queue.n && (r->bytes + c->len > r->limit || queue_full(&r->queue)))
		forget_oldest(r);
	if (c->len > r->limit) {
		chunk_unref(c);
		return;
	}
	r->kept[queue_push(&r->queue)] = c;
	r->bytes += c->len;
}

void recorder_close(struct recorder *r)
{
	struct chunk *c = r ? r->open : NULL;

	if (!c)
		return;
	r->open = NULL;
	if (c->len < CHUNK_BYTES / 2) {
		c = xrealloc(c, 1, sizeof(*c) + c->len);
		c->room = c->len;
	}
	for (size_t i = 0; i < r->nr_followers; i++)
		r->followers[i].fn(r->followers[i].ctx, c);
	keep(r, c);
}

/*
 * Populates all pages with one call: in a virtual machine a page fault for each may take many
 * microseconds.
 */
static void populate(struct chunk *c)
{
	const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	uintptr_t begin = ((uintptr_t)c + page - 1) & ~(page - 1);
	uintptr_t end = ((uintptr_t)c + sizeof(*c) + CHUNK_BYTES) & ~(page - 1);

	/* Linux before 5.14 does not know this advice; each page then has its own fault. */
	madvise((void *)begin, end - begin, MADV_POPULATE_WRITE);
}

static struct chunk *empty_chunk(struct recorder *r)
{
	struct chunk *c;

	take_unneeded(r);
	if (r->nr_spare)
		return r->spare[--r->nr_spare];
	c = xrealloc(NULL, 1, sizeof(struct chunk) + CHUNK_BYTES);
	populate(c);
	return c;
}

/*
 * Adds a frame header with room for so many bytes after it. Returns NULL when nothing is recorded:
 * there is no recorder, or it keeps nothing and has no followers.
 */
static struct frame *add(struct recorder *r, enum frame_type type, u64 ts_ns, size_t bytes)
{
	size_t size = (sizeof(struct frame) + bytes + 7) & ~(size_t)7;
	struct frame *f;

	if (!r || (!r->limit && !r->nr_followers))
		return NULL;
	if (r->open && r->open->len + size > CHUNK_BYTES)
		recorder_close(r);
	if (!r->open) {
		r->open = empty_chunk(r);
		*r->open = (struct chunk){
			.room = CHUNK_BYTES, .first_ns = ts_ns, .last_ns = ts_ns, .refs = 1};
	}
	f = (void *)(r->open->data + r->open->len);
	*f = (struct frame){.type = type, .size = (u32)size, .ts_ns = ts_ns};
	r->open->len += size;
	if (ts_ns < r->open->first_ns)
		r->open->first_ns = ts_ns;
	if (ts_ns > r->open->last_ns)
		r->open->last_ns = ts_ns;
	return f;
}

void recorder_batch(struct recorder *r, u32 cpu, const struct switch_record *records, u32 count,
		    u64 lost)
{
	struct frame *f;

	if (!count)
		return;
	f = add(r, FRAME_BATCH, records[count - 1].ts_ns, count * sizeof(*records));
	if (!f)
		return;
	f->cpu = cpu;
	f->count = count;
	f->lost = lost;
	if (records[0].ts_ns < r->open->first_ns)
		r->open->first_ns = records[0].ts_ns;
	memcpy(f + 1, records, count * sizeof(*records));
}

void recorder_task(struct recorder *r, const struct task_record *t, const char *comm_before)
{
	struct frame *f = add(r, FRAME_TASK, t->ts_ns, sizeof(struct task_frame));
	struct task_frame *task;

	if (!f)
		return;
	f->cpu = t->cpu;
	task = (void *)(f + 1);
	task->record = *t;
	memset(task->comm_before, 0, COMM_LEN);
	if (comm_before)
		memcpy(task->comm_before, comm_before, COMM_LEN);
}

void recorder_lost(struct recorder *r, u32 cpu, u64 count, u64 now_ns)
{
	struct frame *f = add(r, FRAME_LOST, now_ns, 0);

	if (!f)
		return;
	f->cpu = cpu;
	f->lost = count;
}

void recorder_clock(struct recorder *r, u64 ts_ns, u64 before_ns, u64 after_ns)
{
	struct frame *f = add(r, FRAME_CLOCK, ts_ns, sizeof(struct clock_frame));

	if (f)
		*(struct clock_frame *)(f + 1) = (struct clock_frame){before_ns, after_ns};
}

void recorder_each(struct recorder *r, u64 since_ns, recorder_fn fn, void *ctx)
{
	for (size_t i = 0; i < r->queue.n; i++) {
		struct chunk *c = r->kept[queue_at(&r->queue, i)];

		if (c->last_ns >= since_ns)
			fn(ctx, c);
	}
}

void recorder_follow(struct recorder *r, recorder_fn fn, void *ctx)
{
	ARRAY_RESERVE(r->followers, r->nr_followers, r->room_followers);
	r->followers[r->nr_followers++] = (struct follower){fn, ctx};
}

void recorder_unfollow(struct recorder *r, void *ctx)
{
	for (size_t i = 0; i < r->nr_followers; i++)
		if (r->followers[i].ctx == ctx) {
			r->followers[i] = r->followers[--r->nr_followers];
			return;
		}
}

size_t recorder_bytes(const struct recorder *r)
{
	return r->bytes + (r->open ? r->open->len : 0);
}

size_t recorder_limit(const struct recorder *r)
{
	return r->limit;
}

u64 recorder_oldest_ns(const struct recorder *r)
{
	if (r->queue.n)
		return r->kept[queue_at(&r->queue, 0)]->first_ns;
	return r->open ? r->open->first_ns : 0;
}
