// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "control/capture_session.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <json-c/json.h>

#include "capture/capture.h"
#include "common/alloc.h"
#include "common/closer.h"
#include "protocol.h"

enum { PROGRESS_PERIOD_NS = 200000000 };

static const char too_slow[] = "its reader takes too little";

struct capture_session {
	struct capture *capture;
	bool finishing; /* as of the last capture_session_run() */
	bool told_end;	/* the final status line is in the buffer or sent */
};

/*
 * Returns why nothing is written to such a descriptor, or NULL: only what can be given up at any
 * time is written to, and what closes without waiting for somebody.
 */
static const char *unfit(int fd)
{
	struct statx st;

	/* Without asking the server of a file system, which may not answer. */
	if (statx(fd, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_TYPE, &st))
		return "the file cannot be looked at";
	if (S_ISREG(st.stx_mode) || S_ISFIFO(st.stx_mode))
		return NULL;
	if (S_ISSOCK(st.stx_mode))
		return "a socket came with it; pass a regular file, a pipe or a memfd";
	if (S_ISCHR(st.stx_mode) || S_ISBLK(st.stx_mode))
		return "a device came with it; pass a regular file, a pipe or a memfd";
	if (S_ISDIR(st.stx_mode))
		return "a directory came with it; pass a regular file, a pipe or a memfd";
	return "no regular file, pipe or memfd came with it";
}

struct capture_session *capture_session_new(const struct look *look, const struct request *r,
					    int fd, const struct capture_owner *owner,
					    const char **error)
{
	const struct host_facts *host = look->snapshot.host;
	const struct accounting *a = &look->snapshot.accounting;
	u64 now = look->snapshot.time_ns;
	struct trace_setup setup = {.begin_ns = now > r->last_ns ? now - r->last_ns : 0,
				    .end_ns = now + r->for_ns,
				    .cpus = look->source.cpus,
				    .cpu = r->has_cpu ? (int)r->cpu : -1,
				    .tgid = r->tgid,
				    .compress = r->compress,
				    .cost_source = host->cost_source,
				    .cost_bias_ns = host->cost_bias_ns};
	struct capture_session *s;
	struct capture *capture;

	*error = unfit(fd);
	if (*error) {
		closer_close(fd);
		return NULL;
	}
	setup.tlb = a->tlb_counting || a->tlb_last_ns > setup.begin_ns;
	if (r->has_cpu && r->cpu >= look->source.cpus) {
		*error = "cpu: this host has no such CPU";
		closer_close(fd);
		return NULL;
	}
	if (r->last_ns && !recorder_limit(look->source.recorder)) {
		*error = "the flight recorder is turned off: only what comes can be captured "
			 "(--for)";
		closer_close(fd);
		return NULL;
	}
	if (r->application[0])
		setup.application = xstrdup(r->application);
	*error = "as many captures as are allowed are running";
	capture = capture_new(look->source.recorder, fd, &setup, owner);
	if (!capture)
		return NULL;
	s = xcalloc(1, sizeof(*s));
	s->capture = capture;
	return s;
}

void capture_session_free(struct capture_session *s)
{
	if (!s)
		return;
	capture_free(s->capture);
	free(s);
}

int capture_session_prepare(struct capture_session *s, const struct task_table *tasks, u64 until_ns,
			    char message[REQUEST_MESSAGE_LEN])
{
	int err = capture_prepare(s->capture, tasks, until_ns);

	if (err == -ENOENT)
		snprintf(message, REQUEST_MESSAGE_LEN,
			 "application: there is none of that name now");
	else if (err && err != -EAGAIN)
		snprintf(message, REQUEST_MESSAGE_LEN, "no thread to write with: %s",
			 strerror(-err));
	return err;
}

/* Adds one status line of the capture. */
static void add_progress(struct buffer *out, const struct capture_status *s)
{
	struct json_object *o = json_object_new_object(), *p = json_object_new_object();
	const char *state = !s->done ? "runs" : s->err ? "failed" : "done";

	json_object_object_add(o, "version", json_object_new_int(PROTOCOL_VERSION));
	json_object_object_add(p, "state", json_object_new_string(state));
	json_object_object_add(p, "switches", json_object_new_uint64(s->progress.switches));
	json_object_object_add(p, "lost", json_object_new_uint64(s->progress.lost));
	json_object_object_add(p, "bytes", json_object_new_uint64(s->progress.bytes));
	json_object_object_add(p, "begin_ns", json_object_new_uint64(s->begin_ns));
	json_object_object_add(p, "last_ns", json_object_new_uint64(s->progress.last_ns));
	if (s->done && s->err)
		json_object_object_add(
			p, "message",
			json_object_new_string(s->err == -ENOBUFS ? too_slow : strerror(-s->err)));
	json_object_object_add(o, "capture", p);
	buffer_add_text(out, json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN));
	buffer_add_text(out, "\n");
	json_object_put(o);
}

bool capture_session_run(struct capture_session *s, struct look *look, bool left,
			 struct buffer *out, u64 now_ns)
{
	struct capture_status status = capture_status(s->capture);
	bool over = now_ns >= capture_end_ns(s->capture);

	capture_pulse(s->capture, now_ns);
	if (!status.finishing && (status.err || over || left)) {
		look_refresh(look, now_ns);
		capture_finish(s->capture, over			    ? NULL
					   : status.err == -ENOBUFS ? too_slow
								    : "ended by the client");
	}
	s->finishing = status.finishing;
	/* A client that does not read gets no more status lines, but its file is still written. */
	if (!buffer_len(out) && !s->told_end) {
		add_progress(out, &status);
		s->told_end = status.done;
	}
	return s->told_end;
}

u64 capture_session_due(const struct capture_session *s, u64 now_ns)
{
	u64 next_ns = now_ns + PROGRESS_PERIOD_NS;

	return !s->finishing && capture_end_ns(s->capture) < next_ns ? capture_end_ns(s->capture)
								     : next_ns;
}

void capture_session_finish(struct capture_session *s, const char *reason)
{
	capture_finish(s->capture, reason);
}
