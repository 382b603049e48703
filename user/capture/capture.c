// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "capture/capture.h"

#include <errno.h>
#include <linux/capability.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "common/alloc.h"
#include "common/clock.h"
#include "common/closer.h"
#include "common/thread.h"

enum {
	/*
	 * Limit of what may wait for the writer thread, in addition to what the queue held when the
	 * capture began. Beyond this limit, switches are left out of the file and counted as lost.
	 */
	QUEUE_BYTES = 64 << 20,
	/*
	 * Further limit, beyond QUEUE_BYTES, for what remains without switches: task events, and
	 * for each CPU the number of missing switches. A capture that exceeds this limit too is
	 * overrun.
	 */
	MOST_BYTES_BEYOND = 8 << 20,
	MAX_CAPTURES = 32,
	/* What nobody but root can take, and what no other user can take alone. */
	ROOT_CAPTURES = 8,
	MAX_CAPTURES_OF_USER = 8,
	REASON_LEN = 64,
	NAP_NS = 1000000,
	PULSE_NS = 1000000000,
	MAX_NAPS = 3000,
};

#define WAKE_SIGNAL (SIGRTMIN + 1)

/*
 * The writer thread is an ordinary task, whereas the event loop has real-time priority, so other
 * tasks may keep the thread from its CPU for a long time. The two therefore share as little as they
 * can: one lock (thread.h), and no memory that one allocates and the other frees.
 */
struct capture {
	/* Used only by the event loop. */
	struct recorder *recorder;
	bool follows;
	bool started; /* the thread was created */
	u64 pulsed_ns;
	pthread_t thread;
	bool released; /* nobody refers to it any more, but its thread may still run */
	/* Shared by both threads; protected by the lock. */
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct chunk **queue;
	size_t first, n, room, bytes, most_bytes;
	bool closed;  /* nothing more is added to the queue */
	bool overrun; /* the queue was full, and a chunk was dropped */
	bool done;
	int err;
	char reason[REASON_LEN];
	struct trace_writer *writer;	/* owned by the thread; NULL: not created yet, or freed */
	struct trace_progress progress; /* final; valid once the writer is freed */
	/* Used by the thread while it runs. */
	bool stop; /* atomic; tells the thread to give up a blocked write */
	int fd;
	struct capture_owner owner;
	struct trace_setup setup;
	size_t recorded; /* number of chunks in the queue when the thread began */
};

/* All captures; used only by the event loop. */
static struct capture *captures[MAX_CAPTURES];

unsigned int capture_count(void)
{
	unsigned int count = 0;

	for (size_t i = 0; i < MAX_CAPTURES; i++)
		count += captures[i] != NULL;
	return count;
}

/* A place for one more capture of that user. NULL: there is none. */
static struct capture **find_place(u32 uid)
{
	unsigned int of_user = 0, of_others = 0;
	struct capture **place = NULL;

	for (size_t i = 0; i < MAX_CAPTURES; i++) {
		const struct capture *c = captures[i];

		if (!c)
			place = &captures[i];
		of_others += c && c->owner.uid;
		of_user += c && c->owner.uid == uid;
	}
	if (uid && (of_user >= MAX_CAPTURES_OF_USER || of_others >= MAX_CAPTURES - ROOT_CAPTURES))
		return NULL;
	return place;
}

static void release(struct capture *c)
{
	while (c->n) {
		chunk_unref(c->queue[c->first]);
		c->first = (c->first + 1) % c->room;
		c->n--;
	}
	free(c->queue);
	for (size_t i = 0; i < MAX_CAPTURES; i++)
		if (captures[i] == c)
			captures[i] = NULL;
	trace_setup_release(&c->setup);
	if (c->fd >= 0)
		closer_close(c->fd);
	pthread_mutex_destroy(&c->lock);
	pthread_cond_destroy(&c->changed);
	free(c);
}

void capture_reap(void)
{
	for (size_t i = 0; i < MAX_CAPTURES; i++) {
		struct capture *c = captures[i];

		if (!c || !c->released)
			continue;
		if (!pthread_tryjoin_np(c->thread, NULL))
			release(c);
		else
			/* Another writer may fill a pipe after poll() has found room in it. */
			pthread_kill(c->thread, WAKE_SIGNAL);
	}
}

static bool any_released(void)
{
	for (size_t i = 0; i < MAX_CAPTURES; i++)
		if (captures[i] && captures[i]->released)
			return true;
	return false;
}

void capture_wait_all(void)
{
	const struct timespec nap = {.tv_nsec = NAP_NS};

	for (int i = 0; i < MAX_NAPS && any_released(); i++) {
		capture_reap();
		if (any_released())
			nanosleep(&nap, NULL);
	}
}

/* The caller holds the lock. */
static void append(struct capture *c, struct chunk *chunk)
{
	if (c->n == c->room) {
		size_t room = c->room * 2 + 64;
		struct chunk **queue = xcalloc(room, sizeof(struct chunk *));

		for (size_t i = 0; i < c->n; i++)
			queue[i] = c->queue[(c->first + i) % c->room];
		free(c->queue);
		c->queue = queue;
		c->first = 0;
		c->room = room;
	}
	c->queue[(c->first + c->n++) % c->room] = chunk;
	c->bytes += chunk->len;
}

static void take(void *ctx, struct chunk *chunk)
{
	struct capture *c = ctx;

	chunk_ref(chunk);
	append(c, chunk);
}

/*
 * Strips the switches from a chunk. If the last chunk in the queue was stripped too, the result
 * replaces it and contains both. The first `recorded` chunks stay, since the thread reads them
 * without the lock (learn). The caller holds the lock.
 */
static struct chunk *leave_out_switches(struct capture *c, const struct chunk *chunk)
{
	struct chunk *last = c->n ? c->queue[(c->first + c->n - 1) % c->room] : NULL, *small;

	if (!last || !last->left || c->n <= c->recorded)
		return chunk_without_switches(NULL, chunk);
	small = chunk_without_switches(last, chunk);
	c->n--;
	c->bytes -= last->len;
	chunk_unref(last);
	return small;
}

static void on_chunk(void *ctx, struct chunk *chunk)
{
	struct capture *c = ctx;

	pthread_mutex_lock(&c->lock);
	if (c->bytes + chunk->len > c->most_bytes)
		chunk = leave_out_switches(c, chunk);
	else
		chunk_ref(chunk);
	if (c->bytes + chunk->len > c->most_bytes + MOST_BYTES_BEYOND) {
		c->overrun = true;
		chunk_unref(chunk);
	} else {
		append(c, chunk);
	}
	pthread_cond_signal(&c->changed);
	pthread_mutex_unlock(&c->lock);
}

/* Waits for a chunk. Returns NULL once the queue is empty and closed. */
static struct chunk *next_chunk(struct capture *c)
{
	struct chunk *chunk = NULL;

	pthread_mutex_lock(&c->lock);
	while (!c->n && !c->closed)
		pthread_cond_wait(&c->changed, &c->lock);
	if (c->n) {
		chunk = c->queue[c->first];
		c->first = (c->first + 1) % c->room;
		c->n--;
	}
	pthread_mutex_unlock(&c->lock);
	return chunk;
}

static void forget(struct capture *c, struct chunk *chunk)
{
	pthread_mutex_lock(&c->lock);
	c->bytes -= chunk->len;
	pthread_mutex_unlock(&c->lock);
	chunk_unref(chunk);
}

/*
 * Reads the chunks without removing them, and takes the lock for each one because the event loop
 * may reallocate the queue meanwhile. Only this thread removes chunks from the front.
 */
static void learn(struct capture *c, struct trace_writer *w)
{
	for (size_t i = 0; i < c->recorded; i++) {
		struct chunk *chunk;

		pthread_mutex_lock(&c->lock);
		chunk = c->queue[(c->first + i) % c->room];
		pthread_mutex_unlock(&c->lock);
		trace_writer_learn(w, chunk);
	}
}

static void note_error(struct capture *c, int err)
{
	pthread_mutex_lock(&c->lock);
	c->err = err;
	pthread_mutex_unlock(&c->lock);
}

static bool is_idle(struct capture *c)
{
	bool idle;

	pthread_mutex_lock(&c->lock);
	idle = !c->n;
	pthread_mutex_unlock(&c->lock);
	return idle;
}

static int write_all(struct capture *c, struct trace_writer *w)
{
	u64 flushed_ns = clock_ns();
	struct chunk *chunk;
	int err;

	learn(c, w);
	err = trace_writer_begin(w);
	while ((chunk = next_chunk(c))) {
		if (!err)
			err = trace_writer_chunk(w, chunk);
		if (!err && is_idle(c) && clock_ns() - flushed_ns >= PULSE_NS) {
			err = trace_writer_flush(w);
			flushed_ns = clock_ns();
		}
		forget(c, chunk);
		if (err)
			note_error(c, err);
	}
	return err ? err : trace_writer_end(w, c->reason[0] ? c->reason : NULL);
}

static void set_writer(struct capture *c, struct trace_writer *w)
{
	pthread_mutex_lock(&c->lock);
	c->writer = w;
	pthread_mutex_unlock(&c->lock);
}

/* Interrupts a write that waits. */
static void on_wake(int number)
{
	(void)number;
}

static void take_wake_signal(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, WAKE_SIGNAL);
	pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}

/*
 * Gives up, in this thread alone, what the owner does not have: root could go on where their quota
 * ends, or in the blocks that a file system keeps for root. (The wrappers of libc would change all
 * threads.)
 */
static void become(const struct capture_owner *owner)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct none[2] = {0};

	if (!owner->uid)
		return;
	syscall(SYS_setfsgid, owner->gid);
	syscall(SYS_setfsuid, owner->uid);
	syscall(SYS_capset, &header, none);
}

static void *run(void *ctx)
{
	struct capture *c = ctx;
	struct trace_writer *w = trace_writer_new(c->fd, &c->setup, &c->stop);
	int err;

	take_wake_signal();
	become(&c->owner);
	set_writer(c, w);
	err = write_all(c, w);
	/*
	 * The file is closed on this thread because close() may take long, and before `done` is set
	 * because a client reads the file once the capture is done.
	 */
	if (close(c->fd) && !err)
		err = -errno;
	c->fd = -1;
	pthread_mutex_lock(&c->lock);
	c->progress = trace_writer_progress(w);
	c->writer = NULL;
	c->err = err ? err : c->overrun ? -ENOBUFS : 0;
	c->done = true;
	pthread_mutex_unlock(&c->lock);
	trace_writer_free(w);
	return NULL;
}

void capture_init(void)
{
	/*
	 * By default glibc has at most eight malloc arenas per CPU; further threads would share an
	 * arena and its lock, maybe with the event loop.
	 */
	mallopt(M_ARENA_MAX, MAX_CAPTURES * 2);
	/* Without SA_RESTART. */
	sigaction(WAKE_SIGNAL, &(struct sigaction){.sa_handler = on_wake}, NULL);
}

struct capture *capture_new(struct recorder *r, int fd, struct trace_setup *s,
			    const struct capture_owner *owner)
{
	struct capture **place, *c;

	capture_reap();
	place = find_place(owner->uid);
	if (!place) {
		trace_setup_release(s);
		closer_close(fd);
		return NULL;
	}
	c = *place = xcalloc(1, sizeof(*c));
	c->owner = *owner;
	thread_mutex_init(&c->lock);
	pthread_cond_init(&c->changed, NULL);
	c->fd = fd;
	c->setup = *s;
	*s = (struct trace_setup){0};
	c->recorder = r;
	recorder_close(r);
	recorder_each(r, c->setup.begin_ns, take, c);
	c->most_bytes = c->bytes + QUEUE_BYTES;
	recorder_follow(r, on_chunk, c);
	c->follows = true;
	return c;
}

int capture_prepare(struct capture *c, const struct task_table *tasks, u64 until_ns)
{
	int err;

	if (!trace_setup_fill(&c->setup, tasks, until_ns))
		return -EAGAIN;
	if (c->setup.application && !trace_setup_has(&c->setup, c->setup.application))
		return -ENOENT;
	/*
	 * Task events that came while the tasks were being copied belong to what the thread learns
	 * first.
	 */
	recorder_close(c->recorder);
	c->recorded = c->n;
	c->setup.now_ns = clock_ns();
	c->setup.lead_ns = clock_lead_ns();
	err = thread_start(&c->thread, run, c);
	c->started = !err;
	/*
	 * When thread creation fails, -EAGAIN means a lack of resources; the caller would take it
	 * for a preparation that is still going on.
	 */
	return err == -EAGAIN ? -ENOMEM : err;
}

void capture_pulse(struct capture *c, u64 now_ns)
{
	if (!c->follows || now_ns - c->pulsed_ns < PULSE_NS)
		return;
	c->pulsed_ns = now_ns;
	recorder_close(c->recorder);
}

void capture_finish(struct capture *c, const char *reason)
{
	if (!c->follows)
		return;
	recorder_close(c->recorder);
	recorder_unfollow(c->recorder, c);
	c->follows = false;
	pthread_mutex_lock(&c->lock);
	c->closed = true;
	if (reason)
		strncpy(c->reason, reason, sizeof(c->reason) - 1);
	pthread_cond_signal(&c->changed);
	pthread_mutex_unlock(&c->lock);
}

u64 capture_end_ns(const struct capture *c)
{
	return c->setup.end_ns;
}

struct capture_status capture_status(struct capture *c)
{
	struct capture_status s = {.begin_ns = c->setup.begin_ns, .finishing = !c->follows};

	pthread_mutex_lock(&c->lock);
	s.progress = c->writer ? trace_writer_progress(c->writer) : c->progress;
	s.done = c->done;
	s.err = c->err ? c->err : c->overrun ? -ENOBUFS : 0;
	pthread_mutex_unlock(&c->lock);
	return s;
}

void capture_free(struct capture *c)
{
	if (!c)
		return;
	if (c->follows)
		capture_finish(c, "the client has gone");
	/* The write may be blocked on a pipe that nobody reads any more. */
	__atomic_store_n(&c->stop, true, __ATOMIC_RELAXED);
	if (c->started) {
		c->released = true;
	} else {
		release(c);
	}
	capture_reap();
}
