// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

int lock_take(const char *path, int *holder)
{
	/* Stays open until the process ends, since closing it would release the lock. */
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	char pid[16] = "";
	int err;

	*holder = 0;
	if (fd < 0)
		return -errno;
	/* A user who could open the file could keep it locked. */
	fchmod(fd, 0600);
	if (flock(fd, LOCK_EX | LOCK_NB)) {
		err = -errno;
		if (read(fd, pid, sizeof(pid) - 1) > 0)
			*holder = atoi(pid);
		close(fd);
		return err;
	}
	snprintf(pid, sizeof(pid), "%d\n", getpid());
	/* The pid is only for the other process' message; the lock is valid without it. */
	if (ftruncate(fd, 0) || dprintf(fd, "%s", pid) < 0)
		return 0;
	return 0;
}
