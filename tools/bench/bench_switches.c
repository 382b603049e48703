// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Switches between two threads, and between two processes, by turns. */
#include <math.h>

#include "bench/bench.h"
#include "client/command.h"
#include "common/array.h"
#include "stage/acts.h"
#include "stage/played.h"

enum {
	QUICK_ROUNDS = 3,
	ROUND_NS = 20000000,
	TOUCHING_ROUND_NS = 60000000,
};

static const struct way {
	const char *name;
	void (*act)(struct actor *a);
	u64 touch_bytes;
} ways[NR_SWITCHES] = {
	{"sched_yield", act_yield, 0},
	{"futex", act_futex_for, 0},
	{"pipe", act_pipe_for, 0},
	{"yield, each uses 64 KiB", act_yield, 64 << 10},
	{"yield, each uses 1 MiB", act_yield, 1 << 20},
	{"yield, each uses 8 MiB", act_yield, 8 << 20},
};

static int rounds_of(const struct bench *b)
{
	if (b->rounds)
		return b->rounds;
	return b->quick ? QUICK_ROUNDS : BENCH_ROUNDS;
}

/* Runs one round. *played stays false if that cannot be done here. */
static int run(struct bench *b, const struct way *way, void (*act)(struct actor *a),
	       unsigned int nr_actors, enum side side, struct played *p)
{
	const struct play play = {
		.relation = side == SIDE_PROCESS ? RELATION_PROCESS : RELATION_THREAD,
		.nr_actors = nr_actors,
		.real_time = true,
		.cpu = b->cpu,
		.n = way->touch_bytes ? TOUCHING_ROUND_NS : ROUND_NS,
		.touch_bytes = way->touch_bytes,
		.act = act,
	};

	return played_run(p, b->session, &play);
}

/* ns of one turn without handing over: the tasks' own work. */
static int run_alone(struct bench *b, const struct way *way, double *turn_ns)
{
	double turns[BENCH_ROUNDS];
	size_t n = 0;

	for (int i = 0; i < rounds_of(b); i++) {
		struct played p;
		int status = run(b, way, act_touch, 1, SIDE_THREAD, &p);

		if (p.ok && p.actors[0].times)
			turns[n++] = (double)played_ns(&p) / (double)p.actors[0].times;
		played_release(&p);
		if (status)
			return status;
	}
	*turn_ns = figure_of(turns, n).value;
	return CLIENT_OK;
}

/* A round of one side. Leaves *ok false if it could not be measured. */
static int run_side(struct bench *b, const struct way *way, enum side side, double *own_ns,
		    double *said_ns, bool *ok)
{
	enum switch_kind kind = side == SIDE_PROCESS ? KIND_PROCESS : KIND_THREAD;
	struct played p;
	int status = run(b, way, way->act, 2, side, &p);
	u64 made = played_out(&p, 0) + played_out(&p, 1), measured = played_from_user(&p, kind);

	*ok = p.ok && made && measured;
	if (*ok) {
		*own_ns = (double)played_ns(&p) / (double)made;
		*said_ns = (double)played_from_user_cost_ns(&p, kind) / (double)measured;
	}
	played_release(&p);
	return status;
}

static int run_way(struct bench *b, const struct way *way, struct switch_row *row)
{
	double own[NR_SIDES][BENCH_ROUNDS], said[NR_SIDES][BENCH_ROUNDS], more[BENCH_ROUNDS],
		alone_ns = 0;
	size_t n = 0;
	int status = way->touch_bytes ? run_alone(b, way, &alone_ns) : CLIENT_OK;

	for (int i = 0; i < rounds_of(b) && !status; i++) {
		bool ok = true;

		for (enum side side = 0; side < NR_SIDES && ok && !status; side++)
			status = run_side(b, way, side, &own[side][n], &said[side][n], &ok);
		if (status || !ok)
			continue;
		for (enum side side = 0; side < NR_SIDES; side++)
			own[side][n] -= alone_ns;
		more[n] = own[SIDE_PROCESS][n] - own[SIDE_THREAD][n];
		n++;
	}
	row->name = way->name;
	for (enum side side = 0; side < NR_SIDES; side++) {
		row->own[side] = figure_of(own[side], n);
		row->said[side] = figure_of(said[side], n);
		/* No cost is measured here. */
		if (row->said[side].value == 0)
			row->said[side] = figure_none;
	}
	row->more = figure_of(more, n);
	return status;
}

int bench_switch(struct bench *b, size_t i)
{
	return run_way(b, &ways[i], &b->switches[i]);
}

int bench_switches(struct bench *b)
{
	int status = CLIENT_OK;

	for (size_t i = 0; i < ARRAY_SIZE(ways) && !status; i++)
		status = bench_switch(b, i);
	return status;
}
