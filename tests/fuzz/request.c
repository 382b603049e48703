// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Any bytes as a request of the control socket: `make fuzz` makes them up with libFuzzer, and
 * fuzz_request FILE... replays files. Beside what the sanitizers find: what is accepted is in
 * range, and what is refused is so in printable words.
 */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "common/text.h"
#include "control/request.h"
#include "protocol.h"

/* printed: at most so many bytes, in characters that a terminal can be sent as they are. */
static void check_printable(const char *text, size_t size)
{
	char escaped[4 * PROTOCOL_MAX_REQUEST + 1];
	const char *in = text;
	size_t len = strlen(text);

	assert(len && len < size);
	name_escape(escaped, sizeof(escaped), text, len);
	/* Escaping what is escaped doubles its backslashes, and changes nothing else. */
	for (const char *c = escaped; *c; c++, in++) {
		assert(*c == *in);
		if (*c == '\\') {
			c++;
			assert(*c == '\\');
		}
	}
	assert(!*in);
}

static void check_capture(const struct request *r)
{
	const u64 most_ns = PROTOCOL_MAX_CAPTURE_MS * (u64)1000000;

	assert(r->last_ns || r->for_ns);
	assert(r->last_ns <= most_ns && r->for_ns <= most_ns);
	assert(!r->parts && !r->interval_ns && !r->count && !r->has_since && !r->comm[0]);
	assert(!r->has_tgid || !r->application[0]);
}

static void check_request(const struct request *r)
{
	assert(r->has_tgid || !r->tgid);
	assert(memchr(r->application, '\0', sizeof(r->application)));
	if (r->op == REQUEST_CAPTURE) {
		check_capture(r);
		return;
	}
	assert(r->op == REQUEST_SNAPSHOT || r->op == REQUEST_SUBSCRIBE);
	assert(r->parts && !r->last_ns && !r->for_ns && !r->has_cpu && !r->compress);
	if (r->op == REQUEST_SUBSCRIBE) {
		assert(r->interval_ns >= PROTOCOL_MIN_INTERVAL_MS * 1000000ull);
		assert(r->interval_ns <= PROTOCOL_MAX_INTERVAL_MS * 1000000ull);
	} else {
		assert(!r->interval_ns && !r->count);
	}
	assert(r->count <= 1000000000);
	assert(r->since < INT64_MAX && (r->has_since || !r->since));
	assert(memchr(r->comm, '\0', sizeof(r->comm)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char message[REQUEST_MESSAGE_LEN];
	struct request r;
	const char *code;

	memset(&r, 0xa5, sizeof(r));
	memset(message, 0xa5, sizeof(message));
	code = request_parse((const char *)data, size, &r, message);
	if (!code) {
		check_request(&r);
		return 0;
	}
	assert(!strcmp(code, "bad_request") || !strcmp(code, "bad_version") ||
	       !strcmp(code, "too_long"));
	check_printable(message, sizeof(message));
	return 0;
}
