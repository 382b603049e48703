// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "client/capturing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/command.h"
#include "client/json_read.h"

static const u64 ms = 1000000;

void capturing_start(struct session *s, const struct capturing *c, int fd)
{
	struct json_object *o = json_object_new_object();
	char *request;

	json_object_object_add(o, "op", json_object_new_string("capture"));
	json_object_object_add(o, "last_ms", json_object_new_uint64(c->last_ns / ms));
	json_object_object_add(o, "for_ms", json_object_new_uint64(c->for_ns / ms));
	json_object_object_add(o, "compress", json_object_new_boolean(c->compress));
	if (c->cpu >= 0)
		json_object_object_add(o, "cpu", json_object_new_int(c->cpu));
	if (c->tgid)
		json_object_object_add(o, "tgid", json_object_new_int64(c->tgid));
	if (c->application)
		json_object_object_add(o, "application", json_object_new_string(c->application));
	request = session_members(o);
	session_send(s, request, fd);
	free(request);
}

int capturing_next(struct session *s, struct capturing_progress *p, bool *came)
{
	struct json_object *reply, *capture;
	const char *state;
	int status = session_receive(s, &reply);

	*came = false;
	if (status || !reply)
		return status;
	capture = read_member(reply, "capture");
	state = read_text(capture, "state");
	p->state = !strcmp(state, "failed") ? CAPTURING_FAILED
		   : !strcmp(state, "done") ? CAPTURING_DONE
					    : CAPTURING_RUNS;
	p->switches = read_number(capture, "switches");
	p->lost = read_number(capture, "lost");
	p->bytes = read_number(capture, "bytes");
	p->begin_ns = read_number(capture, "begin_ns");
	p->last_ns = read_number(capture, "last_ns");
	snprintf(p->message, sizeof(p->message), "%s", read_text(capture, "message"));
	json_object_put(reply);
	*came = true;
	return CLIENT_OK;
}
