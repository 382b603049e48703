// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "stage/played.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "client/command.h"

enum { TRIES = 3 };

static int give_up(struct played *p, const char *format, ...) __attribute__((format(printf, 2, 3)));

static int give_up(struct played *p, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(p->why, sizeof(p->why), format, arguments);
	va_end(arguments);
	return CLIENT_OK;
}

static void measure_growth(struct played *p, const struct stage *s)
{
	memcpy(p->actors, s->actors, sizeof(p->actors));
	memcpy(p->call_ns, s->call_ns, sizeof(p->call_ns));
	for (int i = 0; i < STAGE_MOST_ACTORS; i++) {
		const struct task_counts *now = &p->after.kernel[i], *before = &p->before.kernel[i];

		p->said[i] = charges_since(&p->after.said[i], &p->before.said[i]);
		for (int r = 0; r < NR_REASONS; r++)
			p->kernel[i].out[r] = now->out[r] - before->out[r];
		p->kernel[i].run_delay_ns = now->run_delay_ns - before->run_delay_ns;
	}
	p->created = created_since(&p->after.created, &p->before.created);
}

/* Takes the evidence before and after the actors act. */
static int play_once(struct played *p, struct session *session, struct stage *s)
{
	const char *missing;
	int status = evidence_take(&p->before, session, s, &missing), error;

	if (status || !p->before.reply)
		return status;
	if (missing)
		return give_up(p, "%s", missing);
	error = stage_act(s);
	if (error)
		return give_up(p, "cannot run it: %s: %s", s->failed, strerror(error));
	status = evidence_take(&p->after, session, s, &missing);
	if (status || !p->after.reply)
		return status;
	if (missing)
		return give_up(p, "%s", missing);
	p->ok = true;
	return CLIENT_OK;
}

int played_run(struct played *p, struct session *session, const struct play *play)
{
	*p = (struct played){0};
	for (int i = 0; i < TRIES; i++) {
		const char *failed;
		int error, status;
		struct stage *s = stage_open(play, &failed, &error);

		if (!s)
			return give_up(p, "cannot run it: %s: %s", failed, strerror(error));
		played_release(p);
		*p = (struct played){0};
		status = play_once(p, session, s);
		if (p->ok)
			measure_growth(p, s);
		stage_close(s);
		if (status || !p->ok || p->before.spilled == p->after.spilled)
			return status;
		p->ok = false;
	}
	p->busy = true;
	return give_up(p, "the host is too busy: each time switches did not fit a ring");
}

void played_release(struct played *p)
{
	evidence_release(&p->before);
	evidence_release(&p->after);
}

u64 played_out(const struct played *p, int actor)
{
	const u64 *out = p->kernel[actor].out;

	return out[REASON_VOLUNTARY] + out[REASON_PREEMPTED];
}

u64 played_in(const struct played *p, enum switch_kind kind)
{
	return p->said[0].switches[kind] + p->said[1].switches[kind];
}

u64 played_from_user(const struct played *p, enum switch_kind kind)
{
	return p->said[0].user_switches[kind] + p->said[1].user_switches[kind];
}

u64 played_from_user_cost_ns(const struct played *p, enum switch_kind kind)
{
	return p->said[0].user_cost_ns[kind] + p->said[1].user_cost_ns[kind];
}

u64 played_ns(const struct played *p)
{
	u64 begun_ns = p->actors[0].begun_ns, ended_ns = p->actors[0].ended_ns;

	if (p->actors[1].begun_ns > begun_ns)
		begun_ns = p->actors[1].begun_ns;
	if (p->actors[1].ended_ns && p->actors[1].ended_ns < ended_ns)
		ended_ns = p->actors[1].ended_ns;
	return ended_ns > begun_ns ? ended_ns - begun_ns : 0;
}
