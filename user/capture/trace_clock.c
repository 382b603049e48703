// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "capture/trace_clock.h"

#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/array.h"

void trace_clock_init(struct trace_clock *c, u64 lead_ns)
{
	*c = (struct trace_clock){.lead_ns = lead_ns};
}

void trace_clock_release(struct trace_clock *c)
{
	free(c->steps);
	*c = (struct trace_clock){0};
}

const struct trace_step *trace_clock_step(struct trace_clock *c, const struct frame *f)
{
	const struct clock_frame *clock = (const void *)(f + 1);

	/* trace_writer_learn() has already seen this step, before the writing began. */
	if (c->n && c->steps[c->n - 1].ns >= f->ts_ns)
		return NULL;
	ARRAY_RESERVE(c->steps, c->n, c->room);
	c->steps[c->n] = (struct trace_step){f->ts_ns, clock->before_ns, clock->after_ns};
	return &c->steps[c->n++];
}

u64 trace_clock_boottime(const struct trace_clock *c, u64 ns)
{
	for (size_t i = c->n; i-- > 0;)
		if (ns >= c->steps[i].ns)
			return ns + c->steps[i].after_ns;
	return ns + (c->n ? c->steps[0].before_ns : c->lead_ns);
}
