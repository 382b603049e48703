/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a client asks for: doc/protocol.md. */
#ifndef TVTRACED_CONTROL_REQUEST_H
#define TVTRACED_CONTROL_REQUEST_H

#include <stdbool.h>
#include <stddef.h>

#include "protocol.h"
#include "record.h"

enum request_op { REQUEST_SNAPSHOT, REQUEST_SUBSCRIBE, REQUEST_CAPTURE, REQUEST_SET };

enum {
	REQUEST_NAME_LEN = PROTOCOL_NAME_LEN,
	REQUEST_MESSAGE_LEN = 160,
};

struct request {
	enum request_op op;
	u32 parts;	 /* bit i: part i of parts.h */
	u64 interval_ns; /* of a subscription */
	u64 count;	 /* replies of a subscription; 0: unlimited */
	bool has_tgid, has_since;
	u32 tgid;
	u64 since;
	u64 last_ns, for_ns; /* of a capture: time before and after the request */
	bool has_cpu, compress;
	u32 cpu;
	bool has_tlb, tlb;	     /* to be set: whether what switches do to the TLB is counted */
	char comm[REQUEST_NAME_LEN]; /* escaped as in replies; "": any */
	char application[REQUEST_NAME_LEN];
};

/*
 * Parses one line, without its newline, of untrusted text. Returns NULL on success, or a static
 * error code (doc/protocol.md) with a message for people in `message`.
 */
const char *request_parse(const char *text, size_t len, struct request *r,
			  char message[REQUEST_MESSAGE_LEN]);

#endif
