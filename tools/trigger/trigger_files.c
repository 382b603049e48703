// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "trigger/trigger_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "client/command.h"
#include "common/alloc.h"
#include "common/array.h"
#include "common/clock.h"
#include "common/error.h"

#define PREFIX "tvtrace-trigger-"

static const char capture_suffix[] = ".pftrace", part_suffix[] = ".pftrace.part",
		  text_suffix[] = ".txt";

enum { MAX_TRIES = 100, PATH_LEN = TRIGGER_NAME_LEN + 16 };

/* The files of one capture, taken together. */
struct saved {
	char name[TRIGGER_NAME_LEN]; /* without a suffix; names sort by time */
	u64 bytes;
};

int trigger_files_open(struct trigger_files *f, const char *path)
{
	f->path = path;
	f->fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (f->fd < 0)
		return fail(CLIENT_FAILED,
			    "cannot open the directory %s: %s; make it, or give --directory "
			    "another one",
			    path, strerror(errno));
	if (faccessat(f->fd, ".", W_OK | X_OK, AT_EACCESS))
		return fail(CLIENT_FAILED, "cannot write into %s: %s; give --directory another one",
			    path, strerror(errno));
	return CLIENT_OK;
}

void trigger_files_close(struct trigger_files *f)
{
	if (f->fd >= 0)
		close(f->fd);
	f->fd = -1;
}

static char *path_of(char path[PATH_LEN], const char *name, const char *suffix)
{
	snprintf(path, PATH_LEN, "%s%s", name, suffix);
	return path;
}

static bool exists(const struct trigger_files *f, const char *name, const char *suffix)
{
	char path[PATH_LEN];

	return !faccessat(f->fd, path_of(path, name, suffix), F_OK, AT_SYMLINK_NOFOLLOW);
}

/* The name has UTC, so that names sort by time also when daylight saving time ends. */
static void name_at(char name[TRIGGER_NAME_LEN], u64 realtime_ms)
{
	time_t seconds = (time_t)(realtime_ms / 1000);
	char stamp[32];
	struct tm tm;

	gmtime_r(&seconds, &tm);
	strftime(stamp, sizeof(stamp), "%Y%m%dT%H%M%S", &tm);
	snprintf(name, TRIGGER_NAME_LEN, PREFIX "%s-%03uZ", stamp,
		 (unsigned int)(realtime_ms % 1000));
}

int trigger_files_begin(struct trigger_files *f, char name[TRIGGER_NAME_LEN])
{
	u64 now_ms = clock_read_ns(CLOCK_REALTIME) / 1000000;
	char path[PATH_LEN];
	int fd;

	/* If the name is taken, try the name of a millisecond later. */
	for (unsigned int i = 0; i < MAX_TRIES; i++) {
		name_at(name, now_ms + i);
		if (exists(f, name, capture_suffix) || exists(f, name, text_suffix))
			continue;
		fd = openat(f->fd, path_of(path, name, part_suffix),
			    O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0666);
		if (fd >= 0 || errno != EEXIST)
			return fd >= 0 ? fd : -errno;
	}
	return -EEXIST;
}

static int write_text(const struct trigger_files *f, const char *name, const char *text)
{
	char path[PATH_LEN];
	size_t len = strlen(text);
	ssize_t n;
	int err = 0, fd;

	fd = openat(f->fd, path_of(path, name, text_suffix),
		    O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0666);
	if (fd < 0)
		return -errno;
	n = write(fd, text, len);
	if (n < 0)
		err = -errno;
	else if ((size_t)n < len)
		err = -ENOSPC;
	close(fd);
	return err;
}

static struct saved *saved_of(struct saved **list, size_t *n, const char *name, size_t len)
{
	for (size_t i = 0; i < *n; i++)
		if (strlen((*list)[i].name) == len && !strncmp((*list)[i].name, name, len))
			return &(*list)[i];
	*list = xrealloc(*list, *n + 1, sizeof(**list));
	(*list)[*n] = (struct saved){0};
	memcpy((*list)[*n].name, name, len);
	return &(*list)[(*n)++];
}

static int compare(const void *a, const void *b)
{
	return strcmp(((const struct saved *)a)->name, ((const struct saved *)b)->name);
}

/* Lists the captures of all `tvtrace trigger` processes, oldest first. */
static struct saved *list_saved(const struct trigger_files *f, size_t *n)
{
	DIR *dir = fdopendir(openat(f->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
	struct saved *list = NULL;
	struct dirent *entry;

	*n = 0;
	while (dir && (entry = readdir(dir))) {
		size_t len = strcspn(entry->d_name, ".");
		struct stat st;

		if (strncmp(entry->d_name, PREFIX, strlen(PREFIX)) != 0 ||
		    len >= TRIGGER_NAME_LEN ||
		    fstatat(f->fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) || !S_ISREG(st.st_mode))
			continue;
		saved_of(&list, n, entry->d_name, len)->bytes += (u64)st.st_size;
	}
	if (dir)
		closedir(dir);
	if (*n)
		qsort(list, *n, sizeof(*list), compare);
	return list;
}

static void remove_saved(const struct trigger_files *f, const char *name)
{
	const char *const suffixes[] = {capture_suffix, part_suffix, text_suffix};
	char path[PATH_LEN];

	for (size_t i = 0; i < ARRAY_SIZE(suffixes); i++)
		unlinkat(f->fd, path_of(path, name, suffixes[i]), 0);
}

/*
 * Removes the oldest captures. Never removes `newest`, which may not sort last if the clock was set
 * back.
 */
static void prune(const struct trigger_files *f, const char *newest)
{
	size_t n, left;
	struct saved *list = list_saved(f, &n);
	u64 bytes = 0;

	left = n;
	for (size_t i = 0; i < n; i++)
		bytes += list[i].bytes;
	for (size_t i = 0; i < n && (left > f->max_files || bytes > f->max_bytes); i++) {
		if (!strcmp(list[i].name, newest))
			continue;
		remove_saved(f, list[i].name);
		bytes -= list[i].bytes;
		left--;
	}
	free(list);
}

void trigger_files_drop(struct trigger_files *f, const char *name)
{
	remove_saved(f, name);
}

int trigger_files_end(struct trigger_files *f, const char *name, const char *text)
{
	char part[PATH_LEN], path[PATH_LEN];
	int err = 0;

	path_of(part, name, part_suffix);
	if (renameat(f->fd, part, f->fd, path_of(path, name, capture_suffix)))
		err = -errno;
	if (!err)
		err = write_text(f, name, text);
	prune(f, name);
	return err;
}
