// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "verify/check.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "client/command.h"

enum { TRIES = 3 };

int find(struct finding *f, enum verdict verdict, const char *format, ...)
{
	va_list arguments;

	f->verdict = verdict;
	va_start(arguments, format);
	vsnprintf(f->said, sizeof(f->said), format, arguments);
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
static int play_once(struct verify *v, struct stage *s, struct played *p, struct finding *f,
		     bool *ok)
{
	const char *missing;
	int status = evidence_take(&p->before, v->session, s, &missing), error;

	if (status || !p->before.reply)
		return status;
	if (missing)
		return find(f, VERDICT_FAIL, "%s", missing);
	error = stage_act(s);
	if (error)
		return find(f, VERDICT_FAIL, "cannot run it: %s: %s", s->failed, strerror(error));
	status = evidence_take(&p->after, v->session, s, &missing);
	if (status || !p->after.reply)
		return status;
	if (missing)
		return find(f, VERDICT_FAIL, "%s", missing);
	*ok = true;
	return CLIENT_OK;
}

int play_it(struct verify *v, const struct play *play, struct played *p, struct finding *f,
	    bool *ok)
{
	*p = (struct played){0};
	*ok = false;
	for (int i = 0; i < TRIES; i++) {
		const char *failed;
		int error, status;
		struct stage *s = stage_open(play, &failed, &error);

		if (!s)
			return find(f, VERDICT_FAIL, "cannot run it: %s: %s", failed,
				    strerror(error));
		played_release(p);
		*p = (struct played){0};
		status = play_once(v, s, p, f, ok);
		if (*ok)
			measure_growth(p, s);
		stage_close(s);
		if (status || !*ok || p->before.spilled == p->after.spilled)
			return status;
		*ok = false;
	}
	return find(f, VERDICT_SKIP, "the host is too busy: each time switches did not fit a ring");
}

void played_release(struct played *p)
{
	evidence_release(&p->before);
	evidence_release(&p->after);
}
