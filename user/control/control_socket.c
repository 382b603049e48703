// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "control/control_socket.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "common/alloc.h"
#include "protocol.h"

enum {
	BACKLOG = 64,
	MAX_GROUPS_OF_PEER = 65536, /* NGROUPS_MAX of limits.h */
	LOCK_NAPS = 200,
	LOCK_NAP_NS = 10000000,
};

struct control_socket {
	int fd;
	struct sockaddr_un address;
	dev_t device; /* of the socket file */
	ino_t inode;
	bool bound, has_group;
	gid_t group;
};

int control_socket_fd(const struct control_socket *s)
{
	return s->fd;
}

bool control_socket_has_group(const struct control_socket *s)
{
	return s->has_group;
}

static int make_directory(const char *path)
{
	char copy[sizeof(((struct sockaddr_un *)0)->sun_path)];
	const char *directory;

	snprintf(copy, sizeof(copy), "%s", path);
	directory = dirname(copy);
	if (mkdir(directory, 0755))
		return errno == EEXIST ? 0 : -errno;
	/*
	 * The umask may have cleared bits, but members of the group must be able to enter the
	 * directory.
	 */
	return chmod(directory, 0755) ? -errno : 0;
}

static bool is_at(int fd, const char *path)
{
	struct stat ours, there;

	return !fstat(fd, &ours) && !lstat(path, &there) && ours.st_dev == there.st_dev &&
	       ours.st_ino == there.st_ino;
}

static bool is_empty(int fd)
{
	struct stat st;

	return !fstat(fd, &st) && S_ISREG(st.st_mode) && !st.st_size;
}

/* Another daemon that starts keeps the lock for a moment; a stranger may keep it for ever. */
static int lock_patiently(int fd)
{
	const struct timespec nap = {.tv_nsec = LOCK_NAP_NS};

	for (int i = 0; flock(fd, LOCK_EX | LOCK_NB); i++) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			return -errno;
		if (i == LOCK_NAPS)
			return -EBUSY;
		nanosleep(&nap, NULL);
	}
	return 0;
}

/*
 * Takes a lock beside the socket, against another daemon that starts at the same time. The lock
 * file can be opened only by root: anyone could take and keep a lock on the directory itself.
 */
static int lock(const char *lock_path)
{
	for (;;) {
		int err, fd = open(lock_path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);

		if (fd < 0)
			return -errno;
		err = lock_patiently(fd);
		if (err) {
			close(fd);
			return err;
		}
		/*
		 * The previous holder may have removed the file; a non-empty file is not our lock.
		 */
		if (is_at(fd, lock_path)) {
			if (is_empty(fd))
				return fd;
			close(fd);
			return -ENOTEMPTY;
		}
		close(fd);
	}
}

static void unlock(int fd, const char *lock_path)
{
	unlink(lock_path);
	close(fd);
}

/* Returns 0 when nobody listens at the address, -EADDRINUSE when somebody does, or -errno. */
static int probe_listener(const struct sockaddr_un *address)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int err = 0;

	if (fd < 0)
		return -errno;
	/* A full backlog (EAGAIN) also means that somebody listens. */
	if (!connect(fd, (const struct sockaddr *)address, sizeof(*address)) || errno == EAGAIN)
		err = -EADDRINUSE;
	else if (errno != ECONNREFUSED && errno != ENOENT)
		err = -errno;
	close(fd);
	return err;
}

static int remove_stale(const struct control_socket *s)
{
	const char *path = s->address.sun_path;
	struct stat st;
	int err;

	if (lstat(path, &st))
		return errno == ENOENT ? 0 : -errno;
	if (!S_ISSOCK(st.st_mode))
		return -EEXIST;
	err = probe_listener(&s->address);
	if (err)
		return err;
	return unlink(path) && errno != ENOENT ? -errno : 0;
}

/*
 * Opens the socket, which was bound with mode 0600, to the group. Paths are used because fchmod()
 * and fchown() do not reach a socket's file.
 */
static int admit_group(struct control_socket *s)
{
	const char *path = s->address.sun_path;
	const struct group *group = getgrnam(PROTOCOL_GROUP);
	struct stat st;

	if (lstat(path, &st))
		return -errno;
	s->device = st.st_dev;
	s->inode = st.st_ino;
	if (!group)
		return 0;
	s->has_group = true;
	s->group = group->gr_gid;
	if (lchown(path, 0, s->group) || chmod(path, 0660))
		return -errno;
	return 0;
}

static int bind_and_listen(struct control_socket *s)
{
	mode_t mask;
	int err;

	err = remove_stale(s);
	if (err)
		return err;
	mask = umask(0177);
	err = bind(s->fd, (const struct sockaddr *)&s->address, sizeof(s->address)) ? -errno : 0;
	umask(mask);
	if (err)
		return err;
	s->bound = true;
	err = admit_group(s);
	if (!err && listen(s->fd, BACKLOG))
		err = -errno;
	return err;
}

int control_socket_open(struct control_socket **result, const char *path)
{
	struct control_socket *s = xcalloc(1, sizeof(*s));
	char lock_path[sizeof(s->address.sun_path) + sizeof(".lock")];
	int err, locked;

	*result = s;
	s->fd = -1;
	s->address.sun_family = AF_UNIX;
	if (!*path || strlen(path) >= sizeof(s->address.sun_path))
		return -ENAMETOOLONG;
	strcpy(s->address.sun_path, path);
	s->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (s->fd < 0)
		return -errno;
	err = make_directory(path);
	if (err)
		return err;
	snprintf(lock_path, sizeof(lock_path), "%s.lock", path);
	locked = lock(lock_path);
	if (locked < 0)
		return locked;
	err = bind_and_listen(s);
	unlock(locked, lock_path);
	return err;
}

void control_socket_close(struct control_socket *s)
{
	struct stat st;

	if (!s)
		return;
	if (s->bound && !lstat(s->address.sun_path, &st) && st.st_dev == s->device &&
	    st.st_ino == s->inode)
		unlink(s->address.sun_path);
	if (s->fd >= 0)
		close(s->fd);
	free(s);
}

static bool in_groups(int fd, gid_t wanted)
{
	socklen_t len = MAX_GROUPS_OF_PEER * sizeof(gid_t);
	gid_t *groups = xcalloc(1, len);
	bool found = false;

	if (!getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &len))
		for (size_t i = 0; i < len / sizeof(gid_t) && !found; i++)
			found = groups[i] == wanted;
	free(groups);
	return found;
}

bool control_socket_admits(const struct control_socket *s, int fd)
{
	struct ucred peer;
	socklen_t len = sizeof(peer);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len))
		return false;
	if (!peer.uid)
		return true;
	return s->has_group && (peer.gid == s->group || in_groups(fd, s->group));
}
