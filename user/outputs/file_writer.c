// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "outputs/file_writer.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "common/alloc.h"
#include "common/array.h"
#include "common/error.h"
#include "common/thread.h"

struct file_writer {
	char *path;
	char *temporary; /* in the same directory, so that rename is atomic */
	pthread_t thread;
	pthread_mutex_t mutex; /* protects the members below */
	pthread_cond_t wake;
	char *pending; /* NULL: nothing to write; owned */
	size_t pending_len;
	/*
	 * Written data, which submit frees: if the thread freed it, it would hold the allocator
	 * lock of the event loop's arena. There are at most two: the data being written at the last
	 * submit, and the data that this submit queued.
	 */
	char *written[2];
	bool stop;
	int64_t last_success_s;
	uint64_t failures;
	int last_error; /* used by the thread only: 0 or -errno of the latest attempt */
};

static int write_all(int fd, const char *data, size_t len)
{
	while (len) {
		ssize_t n = write(fd, data, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		data += n;
		len -= (size_t)n;
	}
	return 0;
}

static int fill(int fd, const char *data, size_t len)
{
	int err = 0;

	/*
	 * node_exporter runs as another user, so the file must be readable regardless of our umask.
	 */
	if (fchmod(fd, 0644))
		err = -errno;
	if (!err)
		err = write_all(fd, data, len);
	if (!err && fsync(fd))
		err = -errno;
	if (close(fd) && !err)
		err = -errno;
	return err;
}

/* Whether the file is empty or ours: everything that we write has one of these beginnings. */
static bool is_ours(const char *path)
{
	static const char *const beginnings[] = {"# tvtraced", "# HELP tvtraced_"};
	char start[32] = "";
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	ssize_t n;

	if (fd < 0)
		return false;
	n = read(fd, start, sizeof(start) - 1);
	close(fd);
	for (size_t i = 0; i < ARRAY_SIZE(beginnings); i++)
		if (!strncmp(start, beginnings[i], strlen(beginnings[i])))
			return true;
	return n == 0;
}

/* An existing file would be replaced, so accept only an old textfile of ours. */
static int check_target(const char *path)
{
	struct stat st;

	if (lstat(path, &st))
		return errno == ENOENT ? 0 : -errno;
	if (S_ISDIR(st.st_mode))
		return -EISDIR;
	return S_ISREG(st.st_mode) && is_ours(path) ? 0 : -EEXIST;
}

static int replace_file(const struct file_writer *w, const char *data, size_t len)
{
	int fd, err;

	/* A killed daemon may have left a temporary file, which no other process uses. */
	err = check_target(w->temporary);
	if (err)
		return err == -EEXIST || err == -EISDIR ? -ENOTEMPTY : err;
	if (unlink(w->temporary) && errno != ENOENT)
		return -errno;
	fd = open(w->temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (fd < 0)
		return -errno;
	err = fill(fd, data, len);
	if (!err && rename(w->temporary, w->path))
		err = -errno;
	if (err)
		unlink(w->temporary);
	return err;
}

static void note_result(struct file_writer *w, int err, char *data)
{
	if (err && err != w->last_error)
		warn("cannot write the textfile %s: %s; it keeps its old values until it can be "
		     "written",
		     w->path, strerror(-err));
	if (!err && w->last_error)
		warn("the textfile %s can be written again", w->path);
	w->last_error = err;
	pthread_mutex_lock(&w->mutex);
	if (err)
		w->failures++;
	else
		w->last_success_s = (int64_t)time(NULL);
	w->written[w->written[0] ? 1 : 0] = data;
	pthread_mutex_unlock(&w->mutex);
}

/* Waits for data. Returns false when the writer must end. */
static bool take_pending(struct file_writer *w, char **data, size_t *len)
{
	bool more;

	pthread_mutex_lock(&w->mutex);
	while (!w->pending && !w->stop)
		pthread_cond_wait(&w->wake, &w->mutex);
	more = !w->stop;
	if (more) {
		*data = w->pending;
		*len = w->pending_len;
		w->pending = NULL;
	}
	pthread_mutex_unlock(&w->mutex);
	return more;
}

static void *run(void *arg)
{
	struct file_writer *w = arg;
	char *data;
	size_t len;

	while (take_pending(w, &data, &len))
		note_result(w, replace_file(w, data, len), data);
	return NULL;
}

static void release(struct file_writer *w)
{
	free(w->pending);
	free(w->written[0]);
	free(w->written[1]);
	free(w->path);
	free(w->temporary);
	free(w);
}

int file_writer_open(struct file_writer **out, const char *path, const char *data, size_t len)
{
	struct file_writer *w = xcalloc(1, sizeof(*w));
	size_t room = strlen(path) + sizeof(".tmp");
	int err = check_target(path);

	w->path = xstrdup(path);
	w->temporary = xcalloc(1, room);
	snprintf(w->temporary, room, "%s.tmp", path);
	thread_mutex_init(&w->mutex);
	pthread_cond_init(&w->wake, NULL);
	if (!err)
		err = replace_file(w, data, len);
	if (!err)
		err = thread_start(&w->thread, run, w);
	if (err) {
		release(w);
		return err;
	}
	w->last_success_s = (int64_t)time(NULL);
	*out = w;
	return 0;
}

void file_writer_submit(struct file_writer *w, char *data, size_t len)
{
	char *old[3];

	pthread_mutex_lock(&w->mutex);
	old[0] = w->pending;
	old[1] = w->written[0];
	old[2] = w->written[1];
	w->pending = data;
	w->pending_len = len;
	w->written[0] = w->written[1] = NULL;
	pthread_cond_signal(&w->wake);
	pthread_mutex_unlock(&w->mutex);
	for (size_t i = 0; i < ARRAY_SIZE(old); i++)
		free(old[i]);
}

void file_writer_status(struct file_writer *w, int64_t *last_success_s, uint64_t *failures)
{
	pthread_mutex_lock(&w->mutex);
	*last_success_s = w->last_success_s;
	*failures = w->failures;
	pthread_mutex_unlock(&w->mutex);
}

void file_writer_close(struct file_writer *w)
{
	if (!w)
		return;
	pthread_mutex_lock(&w->mutex);
	w->stop = true;
	pthread_cond_signal(&w->wake);
	pthread_mutex_unlock(&w->mutex);
	pthread_join(w->thread, NULL);
	/* A file that is no longer updated would be scraped forever. */
	unlink(w->path);
	pthread_cond_destroy(&w->wake);
	pthread_mutex_destroy(&w->mutex);
	release(w);
}
