/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Constants that tvtraced and its clients agree on, beside the messages themselves
 * (doc/protocol.md).
 */
#ifndef TVTRACED_PROTOCOL_H
#define TVTRACED_PROTOCOL_H

#define PROTOCOL_SOCKET "/run/tvtraced/control.sock"
#define PROTOCOL_GROUP "tvtrace"

enum {
	PROTOCOL_VERSION = 1,
	JSON_SCHEMA = 1,	     /* version of the output of --json: doc/json.md */
	PROTOCOL_MAX_REQUEST = 4096, /* bytes, including the newline */
	PROTOCOL_NAME_LEN = 256,     /* bytes of an escaped name in a request, including its NUL */
	PROTOCOL_MIN_INTERVAL_MS = 50,
	PROTOCOL_MAX_INTERVAL_MS = 3600000,
	PROTOCOL_MAX_CAPTURE_MS = 86400000,
};

#endif
