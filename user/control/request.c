// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "control/request.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <json-c/json.h>

#include "common/array.h"
#include "common/text.h"
#include "control/parts.h"
#include "protocol.h"

enum { MAX_DEPTH = 4, QUOTED_LEN = 40 };

static const u64 ms = 1000000;

__attribute__((format(printf, 2, 3))) static int reject(char *message, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(message, REQUEST_MESSAGE_LEN, format, args);
	va_end(args);
	return -1;
}

/* Parses a whole number from min to max. Returns 0 or -1. */
static int whole(struct json_object *value, u64 min, u64 max, u64 *v)
{
	int64_t n;

	if (!json_object_is_type(value, json_type_int))
		return -1;
	/* json-c replaces a number that does not fit by the nearest one that does. */
	n = json_object_get_int64(value);
	if (n < 0 || (u64)n < min || (u64)n > max)
		return -1;
	*v = (u64)n;
	return 0;
}

static int parse_name(struct json_object *value, char *name)
{
	const char *text = json_object_get_string(value);
	size_t len = (size_t)json_object_get_string_len(value);

	if (!json_object_is_type(value, json_type_string) || !len || len >= REQUEST_NAME_LEN)
		return -1;
	memcpy(name, text, len + 1);
	return 0;
}

static const char *const ops[] = {
	[REQUEST_SNAPSHOT] = "snapshot",
	[REQUEST_SUBSCRIBE] = "subscribe",
	[REQUEST_CAPTURE] = "capture",
	[REQUEST_SET] = "set",
};

enum { NR_OPS = ARRAY_SIZE(ops) };

static int parse_op(struct json_object *value, struct request *r)
{
	const char *text = json_object_get_string(value);

	if (!json_object_is_type(value, json_type_string))
		return -1;
	for (int i = 0; i < NR_OPS; i++) {
		if (strcmp(text, ops[i]) != 0)
			continue;
		r->op = (enum request_op)i;
		return 0;
	}
	return -1;
}

static int parse_parts(struct json_object *value, struct request *r)
{
	if (!json_object_is_type(value, json_type_array) || !json_object_array_length(value))
		return -1;
	for (size_t i = 0; i < json_object_array_length(value); i++) {
		struct json_object *part = json_object_array_get_idx(value, i);
		int bit;

		if (!json_object_is_type(part, json_type_string))
			return -1;
		bit = part_find(json_object_get_string(part));
		if (bit < 0)
			return -1;
		r->parts |= 1u << bit;
	}
	return 0;
}

static int parse_interval(struct json_object *value, struct request *r)
{
	u64 v;

	if (whole(value, PROTOCOL_MIN_INTERVAL_MS, PROTOCOL_MAX_INTERVAL_MS, &v))
		return -1;
	r->interval_ns = v * ms;
	return 0;
}

static int parse_count(struct json_object *value, struct request *r)
{
	return whole(value, 1, 1000000000, &r->count);
}

static int parse_tgid(struct json_object *value, struct request *r)
{
	u64 v;

	if (whole(value, 0, UINT32_MAX, &v))
		return -1;
	r->tgid = (u32)v;
	r->has_tgid = true;
	return 0;
}

static int parse_comm(struct json_object *value, struct request *r)
{
	return parse_name(value, r->comm);
}

static int parse_application(struct json_object *value, struct request *r)
{
	return parse_name(value, r->application);
}

static int parse_since(struct json_object *value, struct request *r)
{
	r->has_since = true;
	return whole(value, 0, INT64_MAX - 1, &r->since);
}

static int parse_last(struct json_object *value, struct request *r)
{
	u64 v;

	if (whole(value, 0, PROTOCOL_MAX_CAPTURE_MS, &v))
		return -1;
	r->last_ns = v * ms;
	return 0;
}

static int parse_for(struct json_object *value, struct request *r)
{
	u64 v;

	if (whole(value, 0, PROTOCOL_MAX_CAPTURE_MS, &v))
		return -1;
	r->for_ns = v * ms;
	return 0;
}

static int parse_cpu(struct json_object *value, struct request *r)
{
	u64 v;

	if (whole(value, 0, INT32_MAX, &v))
		return -1;
	r->cpu = (u32)v;
	r->has_cpu = true;
	return 0;
}

static int parse_compress(struct json_object *value, struct request *r)
{
	if (!json_object_is_type(value, json_type_boolean))
		return -1;
	r->compress = json_object_get_boolean(value);
	return 0;
}

static int parse_tlb(struct json_object *value, struct request *r)
{
	if (!json_object_is_type(value, json_type_boolean))
		return -1;
	r->tlb = json_object_get_boolean(value);
	r->has_tlb = true;
	return 0;
}

static int parse_version(struct json_object *value, struct request *r)
{
	(void)value, (void)r;
	return 0; /* check_version() has checked it already */
}

static const struct member {
	const char *key;
	int (*parse)(struct json_object *value, struct request *r);
	const char *expected;
} members[] = {
	{"version", parse_version, ""},
	{"op", parse_op, "\"snapshot\", \"subscribe\", \"capture\" or \"set\""},
	{"parts", parse_parts, "a list of names of parts"},
	{"interval_ms", parse_interval, "a whole number from 50 to 3600000"},
	{"count", parse_count, "a whole number from 1 to 1000000000"},
	{"tgid", parse_tgid, "a number of a thread group"},
	{"comm", parse_comm, "a name of 1 to 255 bytes"},
	{"application", parse_application, "a name of 1 to 255 bytes"},
	{"since", parse_since, "the seq of an earlier reply, or 0"},
	{"last_ms", parse_last, "a whole number from 0 to 86400000"},
	{"for_ms", parse_for, "a whole number from 0 to 86400000"},
	{"cpu", parse_cpu, "the number of a CPU"},
	{"compress", parse_compress, "true or false"},
	{"tlb", parse_tlb, "true or false"},
};

static int parse_member(const char *key, struct json_object *value, struct request *r,
			char *message)
{
	char quoted[QUOTED_LEN];

	for (size_t i = 0; i < ARRAY_SIZE(members); i++) {
		if (strcmp(members[i].key, key) != 0)
			continue;
		if (members[i].parse(value, r))
			return reject(message, "%s: must be %s", key, members[i].expected);
		return 0;
	}
	return reject(message, "%s: there is no such member",
		      name_escape(quoted, sizeof(quoted), key, strlen(key)));
}

static int check_capture(const struct request *r, char *message)
{
	if (r->parts || r->interval_ns || r->count || r->has_since || r->comm[0])
		return reject(message, "a capture has last_ms, for_ms, cpu, tgid, application and "
				       "compress only");
	if (r->has_tgid && (!r->tgid || r->application[0]))
		return reject(message,
			      r->tgid ? "tgid and application: a capture has one of them only"
				      : "tgid: of a capture it must be more than 0");
	if (!r->last_ns && !r->for_ns)
		return reject(message, "last_ms, for_ms: one of them must be more than 0");
	return 0;
}

static int parse_members(struct json_object *object, struct request *r, char *message)
{
	bool op = false;

	json_object_object_foreach(object, key, value)
	{
		op = op || !strcmp(key, "op");
		if (parse_member(key, value, r, message))
			return -1;
	}
	if (!op)
		return reject(message, "op: is missing; must be \"snapshot\", \"subscribe\", "
				       "\"capture\" or \"set\"");
	if (r->has_tlb != (r->op == REQUEST_SET))
		return reject(message, "tlb: \"set\" must have it, and no other has");
	if (r->op == REQUEST_CAPTURE)
		return check_capture(r, message);
	if (r->last_ns || r->for_ns || r->has_cpu || r->compress)
		return reject(message,
			      "last_ms, for_ms, cpu and compress: only \"capture\" has these");
	if (!r->parts)
		return reject(message, "parts: is missing; must be a list of names of parts");
	if (r->op != REQUEST_SUBSCRIBE && (r->interval_ns || r->count))
		return reject(message, "interval_ms and count: only \"subscribe\" has these");
	if (r->op == REQUEST_SUBSCRIBE && !r->interval_ns)
		r->interval_ns = 1000 * ms;
	return 0;
}

static const char *check_version(struct json_object *object, char *message)
{
	struct json_object *value;
	u64 version;

	if (!json_object_object_get_ex(object, "version", &value)) {
		reject(message, "version: is missing; this tvtraced speaks %d", PROTOCOL_VERSION);
		return "bad_request";
	}
	if (!whole(value, PROTOCOL_VERSION, PROTOCOL_VERSION, &version))
		return NULL;
	reject(message, "version: this tvtraced speaks %d only", PROTOCOL_VERSION);
	return "bad_version";
}

/* Returns NULL when the text is not exactly one JSON value. */
static struct json_object *parse_text(const char *text, size_t len)
{
	struct json_tokener *tokener = json_tokener_new_ex(MAX_DEPTH);
	struct json_object *value = NULL;

	if (!tokener)
		return NULL;
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	/* The parser needs the NUL to know that a number is complete. */
	value = json_tokener_parse_ex(tokener, text, (int)len + 1);
	if (json_tokener_get_error(tokener) != json_tokener_success ||
	    json_tokener_get_parse_end(tokener) < len) {
		json_object_put(value);
		value = NULL;
	}
	json_tokener_free(tokener);
	return value;
}

/* Finds NUL bytes and \u0000 escapes: json-c's C strings would end there. */
static bool has_nul(const char *text, size_t len)
{
	static const char nul[] = "\\u0000";

	for (size_t i = 0; i + 1 < len; i++) {
		if (text[i] != '\\')
			continue;
		if (len - i >= strlen(nul) && !memcmp(text + i, nul, strlen(nul)))
			return true;
		i++;
	}
	return memchr(text, '\0', len);
}

const char *request_parse(const char *text, size_t len, struct request *r,
			  char message[REQUEST_MESSAGE_LEN])
{
	struct json_object *object;
	const char *code = "bad_request";
	char copy[PROTOCOL_MAX_REQUEST];

	memset(r, 0, sizeof(*r));
	if (len >= PROTOCOL_MAX_REQUEST) {
		reject(message, "a request has at most %d bytes", PROTOCOL_MAX_REQUEST);
		return "too_long";
	}
	memcpy(copy, text, len);
	copy[len] = '\0';
	object = has_nul(copy, len) ? NULL : parse_text(copy, len);
	if (json_object_is_type(object, json_type_object)) {
		code = check_version(object, message);
		if (!code && parse_members(object, r, message))
			code = "bad_request";
	} else {
		reject(message, "not a JSON object");
	}
	json_object_put(object);
	return code;
}
