// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Requests of the control socket: what is one, and what is said of what is none. */
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "control/parts.h"
#include "control/request.h"
#include "protocol.h"

#define SNAPSHOT "{\"version\":1,\"op\":\"snapshot\",\"parts\":[\"ring\"]"
#define SUBSCRIBE "{\"version\":1,\"op\":\"subscribe\",\"parts\":[\"ring\"]"

static char message[REQUEST_MESSAGE_LEN];

/* NULL: accepted. */
static const char *parse(const char *text, struct request *r)
{
	memset(message, 0xa5, sizeof(message));
	memset(r, 0xa5, sizeof(*r));
	return request_parse(text, strlen(text), r, message);
}

static void test_all_members(void **state)
{
	struct request r;

	(void)state;
	assert_null(parse(SNAPSHOT "}", &r));
	assert_int_equal(r.op, REQUEST_SNAPSHOT);
	assert_false(r.has_tgid || r.has_since || r.count);
	assert_string_equal(r.comm, "");
	assert_string_equal(r.application, "");
	assert_null(parse(" { \"since\" : 9223372036854775806, \"count\": 7 , \"interval_ms\": 50, "
			  "\"tgid\": 4194304, \"comm\": \"a\\\"b\\\\c\\u00fc\", "
			  "\"application\": \"x: {\\\",}\", \"parts\": [\"threads\", \"host\"], "
			  "\"op\": \"subscribe\", \"version\": 1 }  ",
			  &r));
	assert_int_equal(r.op, REQUEST_SUBSCRIBE);
	assert_true(r.has_tgid && r.has_since);
	assert_int_equal(r.parts, 1u << part_find("threads") | 1u << part_find("host"));
	assert_int_equal(r.since, INT64_MAX - 1);
	assert_int_equal(r.count, 7);
	assert_int_equal(r.interval_ns, 50000000);
	assert_int_equal(r.tgid, 4194304);
	assert_string_equal(r.comm, "a\"b\\c\xc3\xbc");
	assert_string_equal(r.application, "x: {\",}");
	assert_null(parse(SUBSCRIBE "}", &r));
	assert_int_equal(r.interval_ns, 1000000000);
	assert_false(r.has_tgid || r.has_since || r.count || r.comm[0]);
}

static void test_refusals(void **state)
{
	/* Each message begins with the name of what is wrong. */
	static const struct {
		const char *text, *code, *begins;
	} cases[] = {
		{"", "bad_request", "not a JSON object"},
		{"{", "bad_request", "not a JSON object"},
		{"null", "bad_request", "not a JSON object"},
		{"12", "bad_request", "not a JSON object"},
		{"[]", "bad_request", "not a JSON object"},
		{"\"x\"", "bad_request", "not a JSON object"},
		{"[[[[[[[[[[", "bad_request", "not a JSON object"},
		{"{\"a\":{\"a\":{\"a\":{\"a\":1}}}}", "bad_request", "not a JSON object"},
		{SNAPSHOT "} x", "bad_request", "not a JSON object"},
		{SNAPSHOT "}{}", "bad_request", "not a JSON object"},
		{SNAPSHOT ",}", "bad_request", "not a JSON object"},
		{SNAPSHOT ",\"comm\":'x'}", "bad_request", "not a JSON object"},
		{SNAPSHOT ",\"comm\":\"\xff\"}", "bad_request", "not a JSON object"},
		{SNAPSHOT ",\"tgid\":01}", "bad_request", "not a JSON object"},
		{SNAPSHOT "/**/}", "bad_request", "not a JSON object"},
		{"{}", "bad_request", "version: "},
		{"{\"version\":\"1\"}", "bad_version", "version: "},
		{"{\"version\":1.0}", "bad_version", "version: "},
		{"{\"version\":null}", "bad_version", "version: "},
		{"{\"version\":2,\"new\":[]}", "bad_version", "version: "},
		{"{\"version\":-1}", "bad_version", "version: "},
		{"{\"version\":1}", "bad_request", "op: "},
		{"{\"version\":1,\"op\":null,\"parts\":[]}", "bad_request", "op: "},
		{"{\"version\":1,\"op\":\"\",\"parts\":[]}", "bad_request", "op: "},
		{"{\"version\":1,\"op\":\"snapshot\\u0000\",\"parts\":[]}", "bad_request",
		 "not a JSON object"},
		{"{\"version\":1,\"op\":\"snapshot\"}", "bad_request", "parts: "},
		{"{\"version\":1,\"op\":\"snapshot\",\"parts\":{}}", "bad_request", "parts: "},
		{"{\"version\":1,\"op\":\"snapshot\",\"parts\":[1]}", "bad_request", "parts: "},
		{"{\"version\":1,\"op\":\"snapshot\",\"parts\":[\"\"]}", "bad_request", "parts: "},
		{"{\"version\":1,\"op\":\"snapshot\",\"parts\":[\"ring\\u0000\"]}", "bad_request",
		 "not a JSON object"},
		{SNAPSHOT ",\"interval_ms\":100}", "bad_request", "interval_ms and count: "},
		{SNAPSHOT ",\"count\":1}", "bad_request", "interval_ms and count: "},
		{SUBSCRIBE ",\"interval_ms\":49}", "bad_request", "interval_ms: "},
		{SUBSCRIBE ",\"interval_ms\":3600001}", "bad_request", "interval_ms: "},
		{SUBSCRIBE ",\"interval_ms\":100.0}", "bad_request", "interval_ms: "},
		{SUBSCRIBE ",\"interval_ms\":1e3}", "bad_request", "interval_ms: "},
		{SUBSCRIBE ",\"interval_ms\":NaN}", "bad_request", ""},
		{SUBSCRIBE ",\"count\":0}", "bad_request", "count: "},
		{SUBSCRIBE ",\"count\":-1}", "bad_request", "count: "},
		{SNAPSHOT ",\"tgid\":-1}", "bad_request", "tgid: "},
		{SNAPSHOT ",\"tgid\":4294967296}", "bad_request", "tgid: "},
		{SNAPSHOT ",\"tgid\":\"1\"}", "bad_request", "tgid: "},
		{SNAPSHOT ",\"tgid\":true}", "bad_request", "tgid: "},
		{SNAPSHOT ",\"since\":-1}", "bad_request", "since: "},
		{SNAPSHOT ",\"since\":18446744073709551616}", "bad_request", "since: "},
		{SNAPSHOT ",\"since\":99999999999999999999999999}", "bad_request", "since: "},
		{SNAPSHOT ",\"comm\":\"\"}", "bad_request", "comm: "},
		{SNAPSHOT ",\"comm\":7}", "bad_request", "comm: "},
		{SNAPSHOT ",\"comm\":\"a\\u0000b\"}", "bad_request", "not a JSON object"},
		{SNAPSHOT ",\"application\":[]}", "bad_request", "application: "},
		{SNAPSHOT ",\"aplication\":\"x\"}", "bad_request", "aplication: "},
		{SNAPSHOT ",\"tgid\\u0000x\":1}", "bad_request", "not a JSON object"},
		{SNAPSHOT ",\"\":1}", "bad_request", "(empty): "},
		{"{\"version\":1,\"op\":\"snapshot\",\"parts\":[]}", "bad_request", "parts: "},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct request r;
		const char *code = parse(cases[i].text, &r);

		if (!code)
			fail_msg("accepted: %s", cases[i].text);
		assert_string_equal(code, cases[i].code);
		if (strncmp(message, cases[i].begins, strlen(cases[i].begins)) != 0)
			fail_msg("%s: %s", cases[i].text, message);
	}
}

static void test_length(void **state)
{
	char text[PROTOCOL_MAX_REQUEST + 1];
	struct request r;

	(void)state;
	memset(text, ' ', sizeof(text));
	memcpy(text, SNAPSHOT "}", sizeof(SNAPSHOT "}") - 1);
	/* With its newline it has the length that is allowed. */
	assert_null(request_parse(text, PROTOCOL_MAX_REQUEST - 1, &r, message));
	assert_string_equal(request_parse(text, PROTOCOL_MAX_REQUEST, &r, message), "too_long");
}

/* A name of 255 bytes is kept whole, a longer one is refused. */
static void test_long_names(void **state)
{
	char text[PROTOCOL_MAX_REQUEST];
	struct request r;

	(void)state;
	for (int len = REQUEST_NAME_LEN - 1; len <= REQUEST_NAME_LEN; len++) {
		snprintf(text, sizeof(text), SNAPSHOT ",\"comm\":\"%0*d\"}", len, 0);
		if (len < REQUEST_NAME_LEN) {
			assert_null(parse(text, &r));
			assert_int_equal(strlen(r.comm), len);
		} else {
			assert_string_equal(parse(text, &r), "bad_request");
		}
	}
}

/* What a client wrote comes back harmless, and whole characters of it. */
static void test_messages_are_printable(void **state)
{
	char text[PROTOCOL_MAX_REQUEST];
	struct request r;

	(void)state;
	assert_non_null(parse(SNAPSHOT ",\"\\u001b[31m\":1}", &r));
	assert_string_equal(message, "\\x1b[31m: there is no such member");
	strcpy(text, SNAPSHOT ",\"");
	for (int i = 0; i < 1000; i++)
		strcat(text, "\xc3\xbc");
	strcat(text, "\":1}");
	assert_non_null(parse(text, &r));
	assert_true(strlen(message) < sizeof(message) - 1);
	assert_non_null(strstr(message, "\xc3\xbc: there is no such member"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_members),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_length),
		cmocka_unit_test(test_long_names),
		cmocka_unit_test(test_messages_are_printable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
