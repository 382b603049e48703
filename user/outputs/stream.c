// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "outputs/stream.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "common/alloc.h"
#include "common/array.h"
#include "common/cancellable_write.h"
#include "common/thread.h"

enum {
	LOOK_MS = 100, /* between two checks of the thread's progress */
	IDLE_LOOK_MS = 5,
	GIVE_UP_MS = 1000, /* the thread checks `stop` more often, unless a terminal blocks it */
	/* Patience after an interrupt. It is not 0, because timeout(1) sends its signal twice. */
	INTERRUPTED_MS = 1000,
};

struct piece {
	struct piece *next;
	char *data;
	size_t len;
};

struct stream {
	pthread_t thread;
	int event_fd; /* readable once the thread has ended or is about to */
	bool joined;
	bool stop; /* atomic: give up a write that makes no progress */
	struct cancellable_write file;
	pthread_mutex_t lock; /* protects the members below */
	pthread_cond_t changed;
	struct piece *first, **end; /* queue; the first piece is being written */
	struct piece *written;	    /* freed by stream_submit(), since its callers allocate */
	size_t bytes, most_bytes;
	bool closed;
	int err;
};

static void free_pieces(struct piece *p)
{
	while (p) {
		struct piece *next = p->next;

		free(p->data);
		free(p);
		p = next;
	}
}

/* Waits for the next piece. NULL: the stream is closed and the queue is empty. */
static struct piece *wait_for_piece(struct stream *s)
{
	struct piece *p;

	pthread_mutex_lock(&s->lock);
	while (!s->first && !s->closed)
		pthread_cond_wait(&s->changed, &s->lock);
	p = s->first;
	pthread_mutex_unlock(&s->lock);
	return p;
}

static void piece_written(struct stream *s, struct piece *p, int err)
{
	pthread_mutex_lock(&s->lock);
	s->first = p->next;
	if (!s->first)
		s->end = &s->first;
	s->bytes -= p->len;
	p->next = s->written;
	s->written = p;
	s->err = err;
	pthread_mutex_unlock(&s->lock);
}

static void *run(void *ctx)
{
	struct stream *s = ctx;
	struct piece *p;
	int err = 0;

	while (!err && (p = wait_for_piece(s))) {
		err = cancellable_write(&s->file, p->data, p->len);
		piece_written(s, p, err);
	}
	eventfd_write(s->event_fd, 1);
	return NULL;
}

int stream_open(struct stream **out, int fd, size_t most_bytes)
{
	struct stream *s = xcalloc(1, sizeof(*s));
	int err;

	s->end = &s->first;
	s->most_bytes = most_bytes;
	cancellable_write_init(&s->file, fd, &s->stop);
	thread_mutex_init(&s->lock);
	pthread_cond_init(&s->changed, NULL);
	s->event_fd = eventfd(0, EFD_CLOEXEC);
	err = s->event_fd < 0 ? -errno : thread_start(&s->thread, run, s);
	if (err) {
		s->joined = true;
		stream_close(s);
		return err;
	}
	*out = s;
	return 0;
}

int stream_submit(struct stream *s, char *data, size_t len)
{
	struct piece *p = xcalloc(1, sizeof(*p)), *written;
	int err;

	*p = (struct piece){.data = data, .len = len};
	pthread_mutex_lock(&s->lock);
	err = s->err;
	if (!err && s->first && s->bytes + len > s->most_bytes)
		err = -ENOBUFS;
	written = s->written;
	s->written = NULL;
	if (!err) {
		*s->end = p;
		s->end = &p->next;
		s->bytes += len;
		pthread_cond_signal(&s->changed);
	}
	pthread_mutex_unlock(&s->lock);
	free_pieces(written);
	if (err)
		free_pieces(p);
	return err;
}

bool stream_is_idle(struct stream *s)
{
	bool idle;

	pthread_mutex_lock(&s->lock);
	idle = !s->first || s->err;
	pthread_mutex_unlock(&s->lock);
	return idle;
}

void stream_wait_idle(struct stream *s, int patience_ms)
{
	for (int ms = 0; ms < patience_ms && !stream_is_idle(s); ms += IDLE_LOOK_MS)
		poll(NULL, 0, IDLE_LOOK_MS);
}

int stream_fd(const struct stream *s)
{
	return s->event_fd;
}

int stream_error(struct stream *s)
{
	int err;

	pthread_mutex_lock(&s->lock);
	err = s->err;
	pthread_mutex_unlock(&s->lock);
	return err;
}

/* Waits for the thread to end. Returns false when no byte was written for patience_ms. */
static bool wait_for_end(struct stream *s, int interrupt_fd, int patience_ms)
{
	struct pollfd p[] = {{.fd = s->event_fd, .events = POLLIN},
			     {.fd = interrupt_fd, .events = POLLIN}};
	uint64_t before = cancellable_write_bytes(&s->file);
	int idle_ms = 0;

	while (patience_ms < 0 || idle_ms < patience_ms) {
		uint64_t now;

		poll(p, ARRAY_SIZE(p), LOOK_MS);
		if (p[0].revents)
			return true;
		if (p[1].revents) {
			p[1] = (struct pollfd){.fd = -1};
			patience_ms = INTERRUPTED_MS;
		}
		now = cancellable_write_bytes(&s->file);
		idle_ms = now == before ? idle_ms + LOOK_MS : 0;
		before = now;
	}
	return false;
}

int stream_finish(struct stream *s, int interrupt_fd, int patience_ms)
{
	bool ended;

	pthread_mutex_lock(&s->lock);
	s->closed = true;
	pthread_cond_signal(&s->changed);
	pthread_mutex_unlock(&s->lock);
	ended = wait_for_end(s, interrupt_fd, patience_ms);
	if (!ended) {
		__atomic_store_n(&s->stop, true, __ATOMIC_RELAXED);
		ended = wait_for_end(s, -1, GIVE_UP_MS);
	}
	if (!ended)
		return -ECANCELED;
	pthread_join(s->thread, NULL);
	s->joined = true;
	return s->err;
}

void stream_close(struct stream *s)
{
	if (!s)
		return;
	if (!s->joined) {
		__atomic_store_n(&s->stop, true, __ATOMIC_RELAXED);
		stream_finish(s, -1, GIVE_UP_MS);
	}
	/*
	 * A terminal may still block the thread in a write; it uses *s then, so nothing is freed.
	 */
	if (!s->joined)
		return;
	free_pieces(s->first);
	free_pieces(s->written);
	if (s->event_fd >= 0)
		close(s->event_fd);
	pthread_mutex_destroy(&s->lock);
	pthread_cond_destroy(&s->changed);
	free(s);
}
