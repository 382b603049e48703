// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The flight recorder, and the state of a task as ftrace prints it. */
#include "unit.h"

#include <string.h>

#include "capture/trace_ftrace.h"
#include "collect/recorder.h"

enum { BATCH = 64 };

/* Records that say which they are. */
static void record(struct recorder *r, u32 cpu, u64 first)
{
	struct switch_record records[BATCH];

	memset(records, 0, sizeof(records));
	for (u32 i = 0; i < BATCH; i++)
		records[i].ts_ns = first + i;
	recorder_batch(r, cpu, records, BATCH, 0);
}

struct seen {
	u64 first, next;
	size_t bytes, chunks;
};

static void look(void *ctx, struct chunk *c)
{
	struct seen *s = ctx;
	const struct frame *f;
	size_t offset = 0;

	s->chunks++;
	s->bytes += c->len;
	while ((f = chunk_next(c, &offset))) {
		const struct switch_record *records = (const void *)(f + 1);

		assert_int_equal(f->type, FRAME_BATCH);
		assert_int_equal(f->count, BATCH);
		if (!s->next)
			s->first = s->next = records[0].ts_ns;
		for (u32 i = 0; i < BATCH; i++)
			assert_int_equal(records[i].ts_ns, s->next++);
		assert_true(c->first_ns <= records[0].ts_ns);
		assert_true(c->last_ns >= records[BATCH - 1].ts_ns);
	}
	assert_int_equal(offset, c->len);
}

/* The newest are there, without a hole, and no more than fits. */
static void test_the_oldest_goes_first(void **state)
{
	enum { LIMIT = 2 << 20, N = 10000 };
	struct recorder *r = recorder_new(LIMIT);
	struct seen s = {0};

	(void)state;
	for (u64 i = 0; i < N; i++) {
		record(r, i % 3, 1000 + i * BATCH);
		assert_true(recorder_bytes(r) <= LIMIT + (256 << 10));
	}
	recorder_close(r);
	assert_true(recorder_bytes(r) <= LIMIT);
	recorder_each(r, 0, look, &s);
	assert_int_equal(s.next, 1000 + N * BATCH);
	assert_int_equal(s.first, recorder_oldest_ns(r));
	assert_true(s.bytes > LIMIT - (512 << 10));
	s = (struct seen){0};
	recorder_each(r, 1000 + N * BATCH - 1, look, &s);
	assert_int_equal(s.chunks, 1);
	recorder_free(r);
}

/* Chunks that are closed early are many; that is bounded, too. */
static void test_many_small_chunks(void **state)
{
	struct recorder *r = recorder_new(1 << 20);
	struct seen s = {0};

	(void)state;
	for (u64 i = 0; i < 5000; i++) {
		record(r, 0, 1 + i * BATCH);
		recorder_close(r);
	}
	recorder_each(r, 0, look, &s);
	assert_int_equal(s.next, 1 + 5000 * BATCH);
	assert_true(s.chunks > 10);
	recorder_free(r);
}

static void keep(void *ctx, struct chunk *c)
{
	struct chunk **kept = ctx;

	chunk_ref(c);
	*kept = c;
}

/* A follower's chunk outlives the recorder; one without a limit keeps nothing itself. */
static void test_followers(void **state)
{
	struct recorder *r = recorder_new(0);
	struct chunk *kept = NULL, *small;
	struct seen s = {0};
	const struct frame *f;
	size_t offset = 0;

	(void)state;
	record(r, 0, 1);
	assert_int_equal(recorder_bytes(r), 0);
	recorder_follow(r, keep, &kept);
	record(r, 1, 1);
	recorder_lost(r, 1, 7, 100);
	record(r, 1, 1 + BATCH);
	recorder_close(r);
	recorder_unfollow(r, &kept);
	recorder_each(r, 0, look, &s);
	assert_int_equal(s.chunks, 0);
	recorder_free(r);
	small = chunk_without_switches(NULL, kept);
	f = chunk_next(small, &offset);
	assert_int_equal(f->type, FRAME_LOST);
	assert_int_equal(f->cpu, 1);
	assert_int_equal(f->lost, 2 * BATCH + 7);
	assert_null(chunk_next(small, &offset));
	chunk_unref(small);
	chunk_unref(kept);
}

/* However long nobody reads: stretches of one CPU that are next to each other are one. */
static void test_what_is_left_of_many(void **state)
{
	enum { CHUNKS = 1000, CPUS = 3 };
	struct recorder *r = recorder_new(0);
	struct task_record task = {.event = TASK_EXIT, .tid = 7};
	struct chunk *kept = NULL, *left = NULL;
	u64 lost[CPUS] = {0}, tasks = 0;
	const struct frame *f;
	size_t offset = 0;

	(void)state;
	recorder_follow(r, keep, &kept);
	for (u64 i = 0; i < CHUNKS; i++) {
		struct chunk *before = left;

		for (u32 cpu = 0; cpu < CPUS; cpu++)
			record(r, cpu, 1 + i * BATCH);
		if (i % 100 == 0)
			recorder_task(r, &task, NULL);
		recorder_close(r);
		left = chunk_without_switches(before, kept);
		chunk_unref(kept);
		if (before)
			chunk_unref(before);
	}
	recorder_unfollow(r, &kept);
	assert_true(left->len < CPUS * 64 + CHUNKS / 100 * 256);
	while ((f = chunk_next(left, &offset))) {
		if (f->type == FRAME_TASK) {
			tasks++;
			continue;
		}
		assert_int_equal(f->type, FRAME_LOST);
		assert_int_equal(lost[f->cpu], 0);
		lost[f->cpu] = f->lost;
		assert_int_equal(f->ts_ns, CHUNKS * BATCH);
	}
	assert_int_equal(tasks, CHUNKS / 100);
	for (u32 cpu = 0; cpu < CPUS; cpu++)
		assert_int_equal(lost[cpu], CHUNKS * BATCH);
	chunk_unref(left);
	recorder_free(r);
}

/* Of a chunk that is full to the last byte, too, and what is made anew has room of its own. */
static void test_room_of_what_is_left(void **state)
{
	enum {
		CHUNK = 256 << 10,
		FRAME = sizeof(struct frame) + BATCH * sizeof(struct switch_record),
		FULL_FRAMES = CHUNK / FRAME,
		REST = CHUNK % FRAME - sizeof(struct frame),
		LAST = REST / sizeof(struct switch_record), /* records of the last frame */
	};
	struct recorder *r = recorder_new(0);
	struct switch_record last[LAST] = {{.ts_ns = 1}};
	struct chunk *kept = NULL, *small;
	const struct frame *f;
	size_t offset = 0, lost = 0;

	(void)state;
	recorder_follow(r, keep, &kept);
	for (u64 i = 0; i < FULL_FRAMES; i++)
		record(r, 0, 1 + i * BATCH);
	recorder_batch(r, 0, last, LAST, 0);
	recorder_close(r);
	assert_int_equal(kept->len, CHUNK);
	small = chunk_without_switches(NULL, kept);
	assert_int_equal(small->room, small->len);
	while ((f = chunk_next(small, &offset)))
		lost += f->lost;
	assert_int_equal(lost, FULL_FRAMES * BATCH + LAST);
	recorder_unfollow(r, &kept);
	chunk_unref(kept);
	chunk_unref(small);
	/* Those that are filled again, from what is not needed any more. */
	for (u64 i = 0; i < 20 * FULL_FRAMES; i++)
		record(r, 0, 1 + i * BATCH);
	recorder_free(r);
}

/* As in __task_state_index() and __trace_sched_switch_state() of the kernel (6.18). */
static void test_prev_state(void **state)
{
	static const struct {
		u16 raw;
		u32 printed;
	} states[] = {
		{0, 0},		/* TASK_RUNNING: R */
		{1, 1},		/* TASK_INTERRUPTIBLE: S */
		{0x2001, 1},	/* and TASK_FREEZABLE */
		{2, 2},		/* TASK_UNINTERRUPTIBLE: D */
		{0x402, 0x80},	/* TASK_IDLE: I */
		{0x1000, 2},	/* TASK_RTLOCK_WAIT: D */
		{4, 4},		/* __TASK_STOPPED: T */
		{8, 8},		/* __TASK_TRACED: t */
		{0x90, 0x10},	/* TASK_DEAD and EXIT_DEAD: X */
		{0xa0, 0x20},	/* TASK_DEAD and EXIT_ZOMBIE: Z */
		{0x40, 0x40},	/* TASK_PARKED: P */
		{0x8000, 2},	/* TASK_FROZEN: D */
		{0x100, 0x100}, /* preempted: R+ */
		{0x101, 0x100}, /* likewise, about to sleep */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(states); i++)
		assert_int_equal(trace_prev_state(states[i].raw), states[i].printed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_oldest_goes_first),
		cmocka_unit_test(test_many_small_chunks),
		cmocka_unit_test(test_followers),
		cmocka_unit_test(test_room_of_what_is_left),
		cmocka_unit_test(test_what_is_left_of_many),
		cmocka_unit_test(test_prev_state),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
