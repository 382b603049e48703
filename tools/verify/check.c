// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "verify/check.h"

#include <stdarg.h>
#include <stdio.h>

#include "client/command.h"

int find(struct finding *f, enum verdict verdict, const char *format, ...)
{
	va_list arguments;

	f->verdict = verdict;
	va_start(arguments, format);
	vsnprintf(f->said, sizeof(f->said), format, arguments);
	va_end(arguments);
	return CLIENT_OK;
}

int play_it(struct verify *v, const struct play *play, struct played *p, struct finding *f)
{
	int status = played_run(p, v->session, play);

	if (!p->ok)
		find(f, p->busy ? VERDICT_SKIP : VERDICT_FAIL, "%s", p->why);
	return status;
}
