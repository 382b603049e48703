/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The control socket's place in the file system, and who may use it. */
#ifndef TVTRACED_CONTROL_CONTROL_SOCKET_H
#define TVTRACED_CONTROL_CONTROL_SOCKET_H

#include <stdbool.h>

struct control_socket;

/*
 * Listens at a path, with a mode of 0660 and the group `tvtrace`, and at no moment more; without
 * that group only root may connect. Replaces the socket of a daemon that is dead. Returns 0;
 * -EADDRINUSE: somebody listens there; -EEXIST: it is something else than a socket; -ENOTEMPTY: a
 * file of somebody else's has the name of the lock beside it (PATH.lock); -errno.
 */
int control_socket_open(struct control_socket **result, const char *path);

/* Removes the socket from the file system, unless it is another one by now. */
void control_socket_close(struct control_socket *s);

/* To accept from; non-blocking. */
int control_socket_fd(const struct control_socket *s);

/* Whether there is a group `tvtrace`. */
bool control_socket_has_group(const struct control_socket *s);

/* Whether the peer of a connected socket is root or in the group. */
bool control_socket_admits(const struct control_socket *s, int fd);

#endif
