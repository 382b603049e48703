// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "common/closer.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "common/array.h"
#include "common/thread.h"

/* A pipe is the queue: a thread that waits for it needs no lock that the caller might wait for. */
static int queue[2] = {-1, -1};
static pthread_t thread[CLOSER_MOST_THREADS];
static unsigned int threads;
static unsigned int busy; /* atomic; threads that close right now */
static int *kept;	  /* for which the queue had no room */
static size_t nr_kept, room_kept;

static void *run(void *ctx)
{
	int from = (int)(intptr_t)ctx, fd;

	while (read(from, &fd, sizeof(fd)) == sizeof(fd)) {
		close(fd);
		__atomic_sub_fetch(&busy, 1, __ATOMIC_RELAXED);
	}
	return NULL;
}

static bool start_thread(void)
{
	if (threads == CLOSER_MOST_THREADS ||
	    thread_start(&thread[threads], run, (void *)(intptr_t)queue[0]))
		return threads > 0;
	threads++;
	return true;
}

static bool open_queue(void)
{
	if (queue[0] >= 0)
		return true;
	if (pipe2(queue, O_CLOEXEC))
		return false;
	/* Only the threads wait. */
	fcntl(queue[1], F_SETFL, O_NONBLOCK);
	return true;
}

/* `busy` counts from here on, as each thread that is not blocked takes one soon. */
static bool submit(int fd)
{
	if (!open_queue())
		return false;
	if ((__atomic_add_fetch(&busy, 1, __ATOMIC_RELAXED) <= threads || start_thread()) &&
	    write(queue[1], &fd, sizeof(fd)) == sizeof(fd))
		return true;
	__atomic_sub_fetch(&busy, 1, __ATOMIC_RELAXED);
	return false;
}

void closer_close(int fd)
{
	/* Then a TCP socket goes on without us. Others do not know the option. */
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &(struct linger){0}, sizeof(struct linger));
	while (nr_kept && submit(kept[nr_kept - 1]))
		nr_kept--;
	if (submit(fd))
		return;
	/* Better kept open than a loop that waits. */
	ARRAY_RESERVE(kept, nr_kept, room_kept);
	kept[nr_kept++] = fd;
}

void closer_finish(void)
{
	struct timespec until;

	if (queue[0] < 0)
		return;
	close(queue[1]);
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += 1;
	for (unsigned int i = 0; i < threads; i++)
		pthread_timedjoin_np(thread[i], NULL, &until);
	free(kept);
	kept = NULL;
	nr_kept = room_kept = threads = 0;
	queue[0] = queue[1] = -1;
}
