/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The control socket's file, and access control for its clients. */
#ifndef TVTRACED_CONTROL_CONTROL_SOCKET_H
#define TVTRACED_CONTROL_CONTROL_SOCKET_H

#include <stdbool.h>

struct control_socket;

/*
 * Listens at a path with mode 0660 and group `tvtrace`, and never with wider permissions; without
 * that group, only root may connect. A dead daemon's socket is replaced. Returns 0, -EADDRINUSE
 * when somebody listens there, -EEXIST when the path is not a socket, -ENOTEMPTY when PATH.lock is
 * not an empty file and thus not our lock, or another -errno.
 */
int control_socket_open(struct control_socket **result, const char *path);

/* Removes the socket file, unless another socket has replaced it, and frees s. NULL is ignored. */
void control_socket_close(struct control_socket *s);

/* The non-blocking socket to accept connections from. */
int control_socket_fd(const struct control_socket *s);

/* Whether the group `tvtrace` exists. */
bool control_socket_has_group(const struct control_socket *s);

/* Whether the peer of a connected socket is root or in the group. */
bool control_socket_admits(const struct control_socket *s, int fd);

#endif
