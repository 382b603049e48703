// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "stage/evidence.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "client/command.h"
#include "client/json_read.h"
#include "common/clock.h"
#include "common/names.h"

enum { PATIENCE_S = 5, PATH = 64, LINE = 256 };

static u64 read_ctxt(void)
{
	FILE *f = fopen("/proc/stat", "re");
	char line[LINE];
	u64 n = 0;

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "ctxt %" SCNu64, &n) == 1)
			break;
	if (f)
		fclose(f);
	return n;
}

static void read_task(u32 tid, struct task_counts *c)
{
	char path[PATH], line[LINE];
	FILE *f;

	*c = (struct task_counts){0};
	snprintf(path, sizeof(path), "/proc/%u/status", tid);
	f = fopen(path, "re");
	while (f && fgets(line, sizeof(line), f)) {
		sscanf(line, "voluntary_ctxt_switches: %" SCNu64, &c->out[REASON_VOLUNTARY]);
		sscanf(line, "nonvoluntary_ctxt_switches: %" SCNu64, &c->out[REASON_PREEMPTED]);
	}
	if (f)
		fclose(f);
	snprintf(path, sizeof(path), "/proc/%u/schedstat", tid);
	f = fopen(path, "re");
	if (f && fscanf(f, "%*u %" SCNu64, &c->run_delay_ns) != 1)
		c->run_delay_ns = 0;
	if (f)
		fclose(f);
}

static u64 switches_of(struct json_object *reply, enum switch_kind kind)
{
	struct json_object *list = read_member(reply, "switches");
	u64 n = 0;

	for (size_t i = 0; i < read_length(list); i++)
		if (!strcmp(read_text(read_item(list, i), "kind"), kind_names[kind]))
			n += read_number(read_item(list, i), "count");
	return n;
}

static int ask(struct evidence *e, struct session *session, u32 tgid)
{
	char request[LINE];
	int status;

	json_object_put(e->reply);
	e->reply = NULL;
	snprintf(
		request, sizeof(request),
		"\"op\":\"snapshot\",\"parts\":[\"host\",\"accounting\",\"switches\",\"creations\","
		"\"tlb\",\"groups\",\"threads\"],\"tgid\":%u",
		tgid);
	e->ctxt_before = read_ctxt();
	status = session_ask(session, request, &e->reply);
	e->ctxt_after = read_ctxt();
	e->process_switches = switches_of(e->reply, KIND_PROCESS);
	e->spilled = read_number(read_member(e->reply, "accounting"), "spilled");
	return status;
}

/* Returns false if the daemon does not list the task. */
static bool find_task(struct evidence *e, const struct actor *a)
{
	struct json_object *threads = read_member(e->reply, "threads");

	for (size_t i = 0; i < read_length(threads); i++) {
		struct json_object *t = read_item(threads, i);

		if (read_number(t, "tid") != a->tid)
			continue;
		read_charges(t, "in", read_member(t, "out"), &e->said[a->me]);
		if (!a->me)
			read_created(read_item(read_member(e->reply, "groups"), 0), &e->created);
		return true;
	}
	return false;
}

static bool moved(const struct evidence *e, const struct stage *s)
{
	struct task_counts now;

	for (unsigned int i = 0; i < s->play.nr_actors; i++) {
		read_task(s->actors[i].tid, &now);
		if (memcmp(&now, &e->kernel[i], sizeof(now)) != 0)
			return true;
	}
	return false;
}

/* One try. */
static int take(struct evidence *e, struct session *session, const struct stage *s,
		const char **missing)
{
	*missing = NULL;
	for (unsigned int i = 0; i < s->play.nr_actors; i++)
		read_task(s->actors[i].tid, &e->kernel[i]);
	for (unsigned int i = 0; i < s->play.nr_actors; i++) {
		int status = ask(e, session, s->actors[i].tgid);

		if (status)
			return status;
		if (!find_task(e, &s->actors[i]))
			*missing = "the daemon does not list a task of this check";
	}
	if (!*missing && moved(e, s))
		*missing = "a task of this check does not come to rest";
	return CLIENT_OK;
}

int evidence_take(struct evidence *e, struct session *session, const struct stage *stage,
		  const char **missing)
{
	u64 until_ns = clock_ns() + PATIENCE_S * NSEC_PER_SEC;
	int status;

	*e = (struct evidence){0};
	*missing = NULL;
	if (!stage)
		return ask(e, session, 0);
	for (;;) {
		status = take(e, session, stage, missing);
		if (status || !e->reply || !*missing || clock_ns() > until_ns)
			return status;
	}
}

void evidence_release(struct evidence *e)
{
	json_object_put(e->reply);
	e->reply = NULL;
}
