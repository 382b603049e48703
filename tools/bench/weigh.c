// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The claims of the textbook chapter "Threads vs Processes", one by one, against what was measured
 * here.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "bench/bench.h"
#include "client/json_read.h"
#include "common/format.h"

#define MIB 1048576.0

enum { IDLE_THREAD = 0, WRITING_FORK = 2 };

static void add_part(struct claim_row *c, const char *of, double value, double least, double most)
{
	c->parts[c->nr_parts++] =
		(struct claim_part){.of = of, .value = value, .least = least, .most = most};
}

/* By its parts; why_not says why it may not hold. */
static void decide(struct claim_row *c, bool steady, const char *why_not)
{
	bool holds = true;

	for (size_t i = 0; i < c->nr_parts; i++) {
		const struct claim_part *p = &c->parts[i];

		holds &= p->value >= p->least && p->value <= p->most;
		if (isnan(p->value))
			snprintf(c->here, sizeof(c->here), "not measured");
	}
	c->verdict = !steady ? CLAIM_UNSTEADY : holds ? CLAIM_HOLDS : CLAIM_DOES_NOT;
	c->why = c->verdict == CLAIM_DOES_NOT ? why_not : NULL;
}

static const char *cheap_process_switch(const struct bench *b)
{
	return strcmp(read_text(b->facts, "pcid"), "yes") == 0
		       ? "PCID keeps each address space's TLB entries apart, so most switches "
			 "flush "
			 "nothing"
		       : NULL;
}

static void weigh_switches(struct bench *b, struct claim_row *c)
{
	const struct switch_row *y = &b->switches[SWITCH_YIELD];
	const struct figure *thread = &y->own[SIDE_THREAD], *process = &y->own[SIDE_PROCESS];
	bool steady = !figure_unsteady(thread) && !figure_unsteady(process);
	char a[FORMAT_LEN];
	double ratio = process->value / thread->value;

	c[0].claim = "a process switch takes 1 to 10 us";
	snprintf(c[0].here, sizeof(c[0].here), "%s", format_ns(a, process->value));
	add_part(&c[0], "process", process->value, 1e3, 1e4);
	decide(&c[0], !figure_unsteady(process),
	       "sched_yield and the switch together; other ways to hand over cost more");
	c[1].claim = "a thread switch takes 0.1 to 1 us";
	snprintf(c[1].here, sizeof(c[1].here), "%s", format_ns(a, thread->value));
	add_part(&c[1], "thread", thread->value, 100, 1e3);
	decide(&c[1], !figure_unsteady(thread),
	       "the way into the scheduler, the same for both, takes most of it");
	c[2].claim = "a process switch costs 10 times a thread switch";
	snprintf(c[2].here, sizeof(c[2].here), "%.2f times (%s more)", ratio,
		 format_ns(a, y->more.value));
	add_part(&c[2], "ratio", ratio, 5, 20);
	decide(&c[2], steady, cheap_process_switch(b));
	c[3].claim = "1,000 switches/s cost 1% of a CPU between processes, 0.1% between threads";
	/* ns a switch times 1,000 in ns of a second, in %. */
	snprintf(c[3].here, sizeof(c[3].here), "%.2f%% and %.2f%%", process->value / 1e4,
		 thread->value / 1e4);
	add_part(&c[3], "process", process->value / 1e4, 0.5, 2);
	add_part(&c[3], "thread", thread->value / 1e4, 0.05, 0.2);
	decide(&c[3], steady, cheap_process_switch(b));
}

static void weigh_creations(struct bench *b, struct claim_row *c)
{
	const struct figure *thread = &b->creations[CREATION_THREAD].own;
	const struct figure *small = &b->creations[CREATION_FORK_1_MIB].own,
			    *large = &b->creations[CREATION_FORK_100_MIB].own;
	double least = small->value / thread->value, most = large->value / thread->value;

	c->claim = "a thread is created 10 to 100 times faster than a process";
	snprintf(c->here, sizeof(c->here), "%.0f times with 1 MiB resident, %.0f with 100 MiB",
		 least, most);
	add_part(c, "with 1 MiB", least, 10, 100);
	decide(c, !figure_unsteady(thread) && !figure_unsteady(small),
	       "fork copies page tables: it depends on the memory of the one that forks");
}

static void weigh_memories(struct bench *b, struct claim_row *c)
{
	const struct memory_row *thread = &b->memories[IDLE_THREAD];
	const struct memory_row *process = &b->memories[WRITING_FORK];
	char a[FORMAT_LEN], d[FORMAT_LEN];

	c->claim = "100 processes of 10 MiB take 1000 MiB, 100 threads of one 50 MiB";
	snprintf(c->here, sizeof(c->here), "%s and %s, when each process writes all it has",
		 format_bytes(a, 100 * process->uss),
		 format_bytes(d, 100 * thread->uss + 10 * MIB));
	/* Threads may take less. */
	add_part(c, "processes", process->uss / MIB, 9, 13);
	add_part(c, "threads", (100 * thread->uss) / MIB + 10, 0, 50);
	decide(c, !process->why && !thread->why,
	       "what processes do not write they share since fork");
}

void bench_weigh(struct bench *b)
{
	weigh_switches(b, &b->claims[0]);
	weigh_creations(b, &b->claims[4]);
	weigh_memories(b, &b->claims[5]);
}
