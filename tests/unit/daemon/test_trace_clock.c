// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Suspensions in captures: what lies on either side of one has the time that it had. */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "capture/trace_clock.h"
#include "capture/trace_writer.h"
#include "trace.pb-c.h"
#include "unit.h"

#define SECOND 1000000000ull
#define LEAD (7 * SECOND) /* of CLOCK_BOOTTIME, from suspensions before the start */
#define BEGIN (100 * SECOND)

static void steps_add_up(void **state)
{
	struct recorder *r = recorder_new(0);
	struct trace_clock c;
	struct clock_frame step = {LEAD, LEAD + 60 * SECOND};
	char memory[sizeof(struct frame) + sizeof(step)];
	struct frame *f = (void *)memory;

	(void)state;
	trace_clock_init(&c, LEAD);
	assert_int_equal(trace_clock_boottime(&c, BEGIN), BEGIN + LEAD);
	for (u64 i = 0; i < 100; i++) {
		*f = (struct frame){.type = FRAME_CLOCK, .ts_ns = BEGIN + i * SECOND};
		memcpy(f + 1, &step, sizeof(step));
		assert_non_null(trace_clock_step(&c, f));
		/* It was learnt of, and is written now. */
		assert_null(trace_clock_step(&c, f));
		step.before_ns = step.after_ns;
		step.after_ns += 60 * SECOND;
	}
	assert_int_equal(trace_clock_boottime(&c, BEGIN - 1), BEGIN - 1 + LEAD);
	for (u64 i = 0; i < 100; i++) {
		u64 after = LEAD + (i + 1) * 60 * SECOND;

		assert_int_equal(trace_clock_boottime(&c, BEGIN + i * SECOND),
				 BEGIN + i * SECOND + after);
		assert_int_equal(trace_clock_boottime(&c, BEGIN + (i + 1) * SECOND - 1),
				 BEGIN + (i + 1) * SECOND - 1 + after);
	}
	trace_clock_release(&c);
	recorder_free(r);
}

struct sink {
	struct trace_writer *writer;
	bool learn;
	int err;
};

static void on_chunk(void *ctx, struct chunk *c)
{
	struct sink *s = ctx;

	if (s->learn)
		trace_writer_learn(s->writer, c);
	else if (!s->err)
		s->err = trace_writer_chunk(s->writer, c);
}

/* One task that gives way to the idle task and comes back, each second. */
static void record(struct recorder *r, u64 begin_ns, u32 n)
{
	struct switch_record records[64];

	for (u32 i = 0; i < n; i++)
		records[i] = (struct switch_record){.ts_ns = begin_ns + i * SECOND,
						    .prev_tid = i % 2 ? 0 : 7,
						    .next_tid = i % 2 ? 7 : 0,
						    .cost_ns = 100};
	recorder_batch(r, 0, records, n, 0);
}

/* Writes what has been recorded, and `after` meanwhile; returns the trace, the caller's to free. */
static Trace *written(struct recorder *r, void (*after)(struct recorder *r), u64 lead_ns)
{
	struct trace_setup setup = {.begin_ns = BEGIN,
				    .end_ns = UINT64_MAX,
				    .now_ns = BEGIN + 1000 * SECOND,
				    .lead_ns = lead_ns,
				    .cpus = 1,
				    .cpu = -1,
				    .cost_source = "none"};
	int fd = memfd_create("trace", 0);
	bool stop = false;
	struct sink s = {.writer = trace_writer_new(fd, &setup, &stop), .learn = true};
	uint8_t *data;
	off_t size;
	Trace *t;

	recorder_close(r);
	recorder_each(r, 0, on_chunk, &s);
	assert_int_equal(trace_writer_begin(s.writer), 0);
	s.learn = false;
	recorder_each(r, 0, on_chunk, &s);
	recorder_follow(r, on_chunk, &s);
	if (after)
		after(r);
	recorder_close(r);
	assert_int_equal(s.err, 0);
	assert_int_equal(trace_writer_end(s.writer, NULL), 0);
	recorder_unfollow(r, &s);
	trace_writer_free(s.writer);
	size = lseek(fd, 0, SEEK_END);
	data = malloc((size_t)size);
	assert_int_equal(pread(fd, data, (size_t)size, 0), size);
	close(fd);
	t = trace__unpack(NULL, (size_t)size, data);
	free(data);
	assert_non_null(t);
	return t;
}

/* The times of the switches, in their order. */
static size_t switch_times(const Trace *t, u64 *times, size_t most)
{
	size_t n = 0;

	for (size_t i = 0; i < t->n_packet; i++) {
		const FtraceEventBundle *b =
			t->packet[i]->data_case == TRACE_PACKET__DATA_FTRACE_EVENTS
				? t->packet[i]->ftrace_events
				: NULL;
		u64 now = 0;

		if (!b)
			continue;
		for (size_t k = 0; k < b->n_event && n < most; k++)
			times[n++] = b->event[k]->timestamp;
		for (size_t k = 0;
		     b->compact_sched && k < b->compact_sched->n_switch_timestamp && n < most;
		     k++) {
			now += b->compact_sched->switch_timestamp[k];
			times[n++] = now;
		}
	}
	return n;
}

/* Begin and end of the i-th slice that says that the machine was suspended. */
static bool suspended(const Trace *t, size_t nth, u64 *begin_ns, u64 *end_ns)
{
	for (size_t i = 0; i + 1 < t->n_packet; i++) {
		const TracePacket *p = t->packet[i];

		if (p->data_case != TRACE_PACKET__DATA_TRACK_EVENT || !p->track_event->name ||
		    strcmp(p->track_event->name, "suspended") != 0 || nth--)
			continue;
		*begin_ns = p->timestamp;
		*end_ns = t->packet[i + 1]->timestamp;
		assert_int_equal(t->packet[i + 1]->track_event->track_uuid,
				 p->track_event->track_uuid);
		return true;
	}
	return false;
}

static void go_on(struct recorder *r)
{
	record(r, BEGIN + 20 * SECOND, 10);
	recorder_clock(r, BEGIN + 30 * SECOND, LEAD + 60 * SECOND, LEAD + 90 * SECOND);
	record(r, BEGIN + 31 * SECOND, 10);
}

/* One before the capture was asked for, and one while it is made. */
static void both_sides_have_their_own_time(void **state)
{
	struct recorder *r = recorder_new(64 << 20);
	u64 times[64], begin_ns, end_ns;
	Trace *t;

	(void)state;
	record(r, BEGIN, 10);
	recorder_clock(r, BEGIN + 10 * SECOND, LEAD, LEAD + 60 * SECOND);
	t = written(r, go_on, LEAD + 60 * SECOND);
	assert_int_equal(switch_times(t, times, ARRAY_SIZE(times)), 30);
	for (u64 i = 0; i < 10; i++) {
		assert_int_equal(times[i], BEGIN + i * SECOND + LEAD);
		assert_int_equal(times[10 + i], BEGIN + (20 + i) * SECOND + LEAD + 60 * SECOND);
		assert_int_equal(times[20 + i], BEGIN + (31 + i) * SECOND + LEAD + 90 * SECOND);
	}
	assert_true(suspended(t, 0, &begin_ns, &end_ns));
	assert_int_equal(begin_ns, BEGIN + 10 * SECOND + LEAD);
	assert_int_equal(end_ns - begin_ns, 60 * SECOND);
	assert_true(suspended(t, 1, &begin_ns, &end_ns));
	assert_int_equal(begin_ns, BEGIN + 30 * SECOND + LEAD + 60 * SECOND);
	assert_int_equal(end_ns - begin_ns, 30 * SECOND);
	assert_false(suspended(t, 2, &begin_ns, &end_ns));
	trace__free_unpacked(t, NULL);
	recorder_free(r);
}

static void nothing_is_said_without_one(void **state)
{
	struct recorder *r = recorder_new(64 << 20);
	u64 times[64], begin_ns, end_ns;
	Trace *t;

	(void)state;
	record(r, BEGIN, 10);
	t = written(r, NULL, LEAD);
	assert_int_equal(switch_times(t, times, ARRAY_SIZE(times)), 10);
	assert_int_equal(times[9], BEGIN + 9 * SECOND + LEAD);
	assert_false(suspended(t, 0, &begin_ns, &end_ns));
	trace__free_unpacked(t, NULL);
	recorder_free(r);
}

/* As with a clock source that the kernel does not trust. */
static void a_clock_that_runs_backwards_makes_no_trace_that_does(void **state)
{
	static const u64 stamps[] = {0, 5, 3, 4, 6, 1, 7};
	struct switch_record records[ARRAY_SIZE(stamps)];
	struct recorder *r = recorder_new(64 << 20);
	u64 times[64], last = 0;
	Trace *t;

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(stamps); i++)
		records[i] = (struct switch_record){.ts_ns = BEGIN + stamps[i],
						    .prev_tid = i % 2 ? 0 : 7,
						    .next_tid = i % 2 ? 7 : 0};
	recorder_batch(r, 0, records, ARRAY_SIZE(stamps), 0);
	t = written(r, NULL, LEAD);
	assert_int_equal(switch_times(t, times, ARRAY_SIZE(times)), ARRAY_SIZE(stamps));
	for (size_t i = 0; i < ARRAY_SIZE(stamps); i++) {
		last = BEGIN + LEAD + stamps[i] > last ? BEGIN + LEAD + stamps[i] : last;
		assert_int_equal(times[i], last);
	}
	trace__free_unpacked(t, NULL);
	recorder_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(steps_add_up),
		cmocka_unit_test(both_sides_have_their_own_time),
		cmocka_unit_test(nothing_is_said_without_one),
		cmocka_unit_test(a_clock_that_runs_backwards_makes_no_trace_that_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
