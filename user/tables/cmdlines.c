// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "tables/cmdlines.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/clock.h"
#include "common/queue.h"
#include "common/thread.h"

enum {
	ROOM = 256,
	/*
	 * A read that takes longer than this counts as hung: nobody waits for its result any more,
	 * but the result may still come.
	 */
	PATIENCE_NS = 500000000,
	LOOK_NS = 20000000, /* interval at which a waiting caller checks for a hung read */
};

/*
 * The queue first holds the command lines that were read but not yet taken, then those still to be
 * read. The thread allocates no memory: other tasks may keep the thread from its CPU while it holds
 * a lock of malloc, and the event loop would wait for that lock when it frees the memory.
 */
struct cmdlines {
	pthread_mutex_t lock;
	pthread_cond_t asked, read;
	pthread_t thread;
	struct cmdline items[ROOM];
	struct queue queue; /* of items */
	size_t done;	    /* items of the queue that were read */
	u64 begun_ns;	    /* when the current read began; 0: no read is running */
	bool stop;
};

static struct cmdline *item(struct cmdlines *c, size_t i)
{
	return &c->items[queue_at(&c->queue, i)];
}

static size_t waiting(const struct cmdlines *c)
{
	return c->queue.n - c->done;
}

static void *run(void *ctx)
{
	char text[CMDLINE_MAX];
	struct cmdlines *c = ctx;

	pthread_mutex_lock(&c->lock);
	for (;;) {
		struct cmdline asked;

		while (!waiting(c) && !c->stop)
			pthread_cond_wait(&c->asked, &c->lock);
		if (c->stop)
			break;
		asked = *item(c, c->done);
		c->begun_ns = clock_ns();
		pthread_mutex_unlock(&c->lock);
		procfs_cmdline(asked.tgid, asked.start_ns, text);
		pthread_mutex_lock(&c->lock);
		/*
		 * Items before this one may have been taken meanwhile, but it is still the first
		 * one to be read.
		 */
		memcpy(item(c, c->done)->text, text, sizeof(text));
		c->begun_ns = 0;
		c->done++;
		pthread_cond_signal(&c->read);
	}
	pthread_mutex_unlock(&c->lock);
	return NULL;
}

static void release(struct cmdlines *c)
{
	pthread_mutex_destroy(&c->lock);
	pthread_cond_destroy(&c->asked);
	pthread_cond_destroy(&c->read);
	free(c);
}

struct cmdlines *cmdlines_new(void)
{
	struct cmdlines *c = xcalloc(1, sizeof(*c));
	pthread_condattr_t attr;
	int err;

	c->queue.room = ROOM;
	thread_mutex_init(&c->lock);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&c->asked, &attr);
	pthread_cond_init(&c->read, &attr);
	pthread_condattr_destroy(&attr);
	err = thread_start(&c->thread, run, c);
	if (!err)
		return c;
	release(c);
	errno = -err;
	return NULL;
}

void cmdlines_free(struct cmdlines *c)
{
	struct timespec end;

	if (!c)
		return;
	pthread_mutex_lock(&c->lock);
	c->stop = true;
	pthread_cond_signal(&c->asked);
	pthread_mutex_unlock(&c->lock);
	clock_gettime(CLOCK_REALTIME, &end);
	end.tv_sec++;
	if (!pthread_timedjoin_np(c->thread, NULL, &end))
		release(c);
}

bool cmdlines_ask(struct cmdlines *c, u32 tgid, u64 start_ns, u32 slot)
{
	bool asked;

	pthread_mutex_lock(&c->lock);
	asked = !queue_full(&c->queue);
	if (asked) {
		struct cmdline *i = &c->items[queue_push(&c->queue)];

		i->tgid = tgid;
		i->slot = slot;
		i->start_ns = start_ns;
		pthread_cond_signal(&c->asked);
	}
	pthread_mutex_unlock(&c->lock);
	return asked;
}

/* Returns whether the current read hangs. The caller holds the lock. */
static bool hangs(const struct cmdlines *c)
{
	return c->begun_ns && clock_ns() - c->begun_ns > PATIENCE_NS;
}

/*
 * Waits for a result until until_ns, but at most LOOK_NS, because the caller must check again
 * whether the read hangs.
 */
static void wait_for_one(struct cmdlines *c, u64 until_ns)
{
	u64 look_ns = clock_ns() + LOOK_NS;
	struct timespec t;

	look_ns = look_ns < until_ns ? look_ns : until_ns;
	t = clock_timespec(look_ns);
	pthread_cond_timedwait(&c->read, &c->lock, &t);
}

bool cmdlines_take(struct cmdlines *c, struct cmdline *result, u64 until_ns)
{
	bool took;

	pthread_mutex_lock(&c->lock);
	while (!c->done && waiting(c) && !hangs(c) && clock_ns() < until_ns)
		wait_for_one(c, until_ns);
	took = c->done;
	if (took) {
		*result = c->items[queue_pop(&c->queue)];
		c->done--;
	}
	pthread_mutex_unlock(&c->lock);
	return took;
}

bool cmdlines_full(struct cmdlines *c)
{
	bool full;

	pthread_mutex_lock(&c->lock);
	full = queue_full(&c->queue);
	pthread_mutex_unlock(&c->lock);
	return full;
}

bool cmdlines_pending(struct cmdlines *c)
{
	bool pending;

	pthread_mutex_lock(&c->lock);
	pending = c->done || (waiting(c) && !hangs(c));
	pthread_mutex_unlock(&c->lock);
	return pending;
}
