// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "advise/estimate.h"

#include <math.h>

#include "bench/bench.h"
#include "client/command.h"
#include "client/interrupt.h"
#include "common/error.h"
#include "stage/stage.h"

/* The part of a program's CPU time below which nobody notices a difference in its own speed. */
static const double least = 0.01;

const struct prices prices_none = {
	.direct = {NAN, NAN}, .indirect = {NAN, NAN}, .thread = {NAN, NAN}, .fork = {NAN, NAN}};

bool estimate_needs_prices(const struct seen_application *a)
{
	const struct features *f = &a->features;

	return f->sibling > 0 || f->same_group > 0 || f->created[CREATED_PROCESS] > 0 ||
	       f->created[CREATED_THREAD] > 0;
}

enum { ROUNDS = 5 }; /* the fewest of which the extremes are left out */

int prices_measure(struct prices *p, struct session *session)
{
	static const size_t switches[] = {SWITCH_YIELD, SWITCH_TOUCHING_1_MIB};
	static const size_t creations[] = {CREATION_THREAD, CREATION_FORK_1_MIB};
	struct bench b = {.session = session, .cpu = stage_cpu(), .rounds = ROUNDS};
	const struct figure *touching;
	int status = CLIENT_OK;

	for (size_t i = 0; i < 2 && !status && !interrupted(); i++)
		status = bench_switch(&b, switches[i]);
	for (size_t i = 0; i < 2 && !status && !interrupted(); i++)
		status = bench_creation(&b, creations[i]);
	if (!status && interrupted())
		status = fail(CLIENT_FAILED, "stopped before all was measured");
	touching = &b.switches[SWITCH_TOUCHING_1_MIB].more;
	p->direct = b.switches[SWITCH_YIELD].more;
	p->indirect = (struct figure){touching->value - p->direct.value,
				      touching->spread + p->direct.spread};
	p->thread = b.creations[CREATION_THREAD].own;
	p->fork = b.creations[CREATION_FORK_1_MIB].own;
	return status;
}

double change_sum(const struct change *c)
{
	return (c->switches > 0 ? c->direct : 0) + (c->creations > 0 ? c->creations : 0);
}

/* ns per second are nano-CPUs. What does not happen costs nothing, whether its price is known or
 * not. */
static double cost_of(double per_s, double ns)
{
	return per_s > 0 ? per_s * ns / 1e9 : 0;
}

static struct change change_of(const struct seen_application *a, double switches,
			       double creations_ns, const struct prices *p)
{
	struct change c = {
		.switches = switches,
		.direct = cost_of(switches, p->direct.value),
		.spread = cost_of(switches, p->direct.spread),
		.indirect = cost_of(switches, p->indirect.value > 0 || isnan(p->indirect.value)
						      ? p->indirect.value
						      : 0),
		.creations = creations_ns / 1e9,
	};

	c.measurable = change_sum(&c) > c.spread && change_sum(&c) >= a->features.cpus * least;
	return c;
}

/* The mean of its own forks, which depends on its memory; without any, that of a small process. */
static double fork_ns(const struct created *c, const struct prices *p)
{
	return c->timed[CREATED_PROCESS]
		       ? (double)c->duration_ns[CREATED_PROCESS] / (double)c->timed[CREATED_PROCESS]
		       : p->fork.value;
}

struct estimate estimate_of(const struct seen_application *a, const struct prices *p)
{
	const struct features *f = &a->features;
	double more_ns = fork_ns(&a->row->created, p) - p->thread.value;
	double forks = f->created[CREATED_PROCESS], threads = f->created[CREATED_THREAD];

	return (struct estimate){
		.as_threads = change_of(a, f->sibling, forks > 0 ? forks * more_ns : 0, p),
		.as_processes = change_of(a, f->same_group, threads > 0 ? threads * more_ns : 0, p),
	};
}

double estimate_creating(const struct seen_application *a)
{
	const struct created *c = &a->row->created;
	u64 count = 0, timed = 0, ns = 0;

	for (int k = 0; k < NR_CREATIONS; k++) {
		count += c->count[k];
		timed += c->timed[k];
		ns += c->duration_ns[k];
	}
	if (!count)
		return 0;
	return timed && a->features.seconds > 0 ? (double)ns / 1e9 / a->features.seconds : NAN;
}
