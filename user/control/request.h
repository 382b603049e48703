/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a client asks for: doc/protocol.md. */
#ifndef TVTRACED_CONTROL_REQUEST_H
#define TVTRACED_CONTROL_REQUEST_H

#include <stdbool.h>
#include <stddef.h>

#include "protocol.h"
#include "record.h"

enum request_op { REQUEST_SNAPSHOT, REQUEST_SUBSCRIBE, REQUEST_CAPTURE };

enum {
	REQUEST_NAME_LEN = PROTOCOL_NAME_LEN,
	REQUEST_MESSAGE_LEN = 160,
};

struct request {
	enum request_op op;
	u32 parts;	 /* bit i: part i of parts.h */
	u64 interval_ns; /* of a subscription */
	u64 count;	 /* of its replies; 0: no end */
	bool has_tgid, has_since;
	u32 tgid;
	u64 since;
	u64 last_ns, for_ns; /* of a capture: what was and what comes */
	bool has_cpu, compress;
	u32 cpu;
	char comm[REQUEST_NAME_LEN]; /* as replies have it; "": any */
	char application[REQUEST_NAME_LEN];
};

/*
 * Parses one line without its newline; the text is anybody's. Returns NULL, or the code of an
 * error (static; doc/protocol.md) with its message for a person in `message`.
 */
const char *request_parse(const char *text, size_t len, struct request *r,
			  char message[REQUEST_MESSAGE_LEN]);

#endif
