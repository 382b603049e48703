// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "advise/overlap.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "common/alloc.h"
#include "common/array.h"

enum { MAX_STRETCHES = 1 << 22, MAX_CPUS = 1 << 10 };

struct stretch {
	u64 begin_ns, end_ns;
	u32 tgid, cpu;
};

struct overlap {
	struct stretch *stretches;
	size_t n, room;
	size_t last[MAX_CPUS]; /* 1 + index of the latest stretch of the CPU; 0: there is none */
	bool too_many;
};

/* The number of running threads changes. */
struct change {
	u64 ns;
	int by;
};

struct overlap *overlap_new(void)
{
	return xcalloc(1, sizeof(struct overlap));
}

void overlap_free(struct overlap *o)
{
	free(o->stretches);
	free(o);
}

void overlap_add(struct overlap *o, u32 tgid, u32 cpu, u64 begin_ns, u64 end_ns)
{
	struct stretch *last = o->last[cpu] ? &o->stretches[o->last[cpu] - 1] : NULL;

	if (last && last->tgid == tgid && last->end_ns == begin_ns) {
		last->end_ns = end_ns;
		return;
	}
	if (o->n == MAX_STRETCHES) {
		o->too_many = true;
		return;
	}
	ARRAY_RESERVE(o->stretches, o->n, o->room);
	o->stretches[o->n++] = (struct stretch){begin_ns, end_ns, tgid, cpu};
	o->last[cpu] = o->n;
}

/* At one time, ends come before beginnings. */
static int by_time(const void *a, const void *b)
{
	const struct change *x = a, *y = b;

	if (x->ns != y->ns)
		return x->ns < y->ns ? -1 : 1;
	return x->by - y->by;
}

static double share(const struct change *changes, size_t n)
{
	u64 any_ns = 0, two_ns = 0;
	int running = 0;

	for (size_t i = 0; i < n; i++) {
		u64 ns = i ? changes[i].ns - changes[i - 1].ns : 0;

		any_ns += running >= 1 ? ns : 0;
		two_ns += running >= 2 ? ns : 0;
		running += changes[i].by;
	}
	return any_ns ? (double)two_ns / (double)any_ns : NAN;
}

static size_t count(const struct overlap *o, u32 tgid)
{
	size_t n = 0;

	for (size_t i = 0; i < o->n; i++)
		n += o->stretches[i].tgid == tgid;
	return n;
}

static bool on_one_cpu(const struct overlap *o, u32 tgid)
{
	u64 *cpus = xcalloc(MAX_CPUS, sizeof(*cpus)), sum = 0, most = 0;

	for (size_t i = 0; i < o->n; i++) {
		const struct stretch *s = &o->stretches[i];

		if (s->tgid != tgid)
			continue;
		cpus[s->cpu] += s->end_ns - s->begin_ns;
		sum += s->end_ns - s->begin_ns;
		most = cpus[s->cpu] > most ? cpus[s->cpu] : most;
	}
	free(cpus);
	return (double)most > (double)sum * OVERLAP_ONE_CPU;
}

double overlap_share(const struct overlap *o, u32 tgid)
{
	struct change *changes;
	size_t n = 0;
	double result;

	if (o->too_many || on_one_cpu(o, tgid))
		return NAN;
	changes = xcalloc(2 * count(o, tgid) + 1, sizeof(*changes));
	for (size_t i = 0; i < o->n; i++) {
		if (o->stretches[i].tgid != tgid)
			continue;
		changes[n++] = (struct change){o->stretches[i].begin_ns, 1};
		changes[n++] = (struct change){o->stretches[i].end_ns, -1};
	}
	qsort(changes, n, sizeof(*changes), by_time);
	result = share(changes, n);
	free(changes);
	return result;
}
