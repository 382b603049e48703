// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Labels, counts and costs of switches between tasks whose relation is known. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "client/command.h"
#include "client/json_read.h"
#include "common/array.h"
#include "stage/acts.h"
#include "verify/check.h"

enum {
	TURNS = 5000,
	LEAST = 1000,	     /* of these, so that a kind is known */
	YIELD_NS = 15000000, /* a round */
	ROUNDS = 7,	     /* of each kind, by turns */
	SLACK = 16,	     /* switches to and from the barriers */
	MOST_TIMES = 2,	     /* as much as the tasks themselves lose; see the cost */
};

/* Returns whether the daemon counted as the kernel did; if not, f says what. */
static bool counts_agree(const struct played *p, struct finding *f)
{
	for (int i = 0; i < STAGE_MOST_ACTORS; i++) {
		const u64 *said = p->said[i].reasons, *kernel = p->kernel[i].out;
		u64 in = charges_switches(&p->said[i]), out = played_out(p, i);

		if (said[REASON_VOLUNTARY] != kernel[REASON_VOLUNTARY] ||
		    said[REASON_PREEMPTED] != kernel[REASON_PREEMPTED]) {
			find(f, VERDICT_FAIL,
			     "task %u: %" PRIu64 " voluntary and %" PRIu64
			     " preempted switches, but the kernel counted %" PRIu64 " and %" PRIu64,
			     p->actors[i].tid, said[REASON_VOLUNTARY], said[REASON_PREEMPTED],
			     kernel[REASON_VOLUNTARY], kernel[REASON_PREEMPTED]);
			return false;
		}
		/* At rest before and after, it left the CPU as often as it came. */
		if (in > out + 1 || out > in + 1) {
			find(f, VERDICT_FAIL,
			     "task %u: %" PRIu64 " switches into it, and %" PRIu64 " out of it",
			     p->actors[i].tid, in, out);
			return false;
		}
	}
	return true;
}

static int check_labels(struct verify *v, enum relation relation, struct finding *f)
{
	const struct play play = {.relation = relation,
				  .nr_actors = 2,
				  .real_time = true,
				  .cpu = v->cpu,
				  .n = TURNS,
				  .act = act_pipe};
	enum switch_kind kind = relation == RELATION_PROCESS ? KIND_PROCESS : KIND_THREAD;
	struct played p;
	bool right;
	u64 thread, process, foreign, kernel, expected;
	int status = play_it(v, &play, &p, f);

	if (!status && p.ok && counts_agree(&p, f)) {
		thread = played_in(&p, KIND_THREAD);
		process = played_in(&p, KIND_PROCESS);
		kernel = played_in(&p, KIND_KTHREAD) + played_in(&p, KIND_IDLE);
		/* Changes of the address space that brought in other tasks. */
		foreign = p.after.process_switches - p.before.process_switches;
		foreign -= process < foreign ? process : foreign;
		if (kind == KIND_THREAD)
			/* One that came back after another address space is a process switch. */
			right = process <= foreign + SLACK;
		else
			/* After a kernel thread the own one may still be loaded. */
			right = played_from_user(&p, KIND_THREAD) <= SLACK;
		expected = kind == KIND_THREAD ? thread : process;
		if (right && !kernel && expected < LEAST)
			find(f, VERDICT_SKIP,
			     "the host is too busy: only %" PRIu64
			     " switches from one to the other",
			     expected);
		else
			find(f, right && !kernel ? VERDICT_PASS : VERDICT_FAIL,
			     "%" PRIu64 " thread, %" PRIu64 " process; counted as the kernel does",
			     thread, process);
	}
	played_release(&p);
	return status;
}

static int threads(struct verify *v, struct finding *f)
{
	return check_labels(v, RELATION_THREAD, f);
}

static int processes(struct verify *v, struct finding *f)
{
	return check_labels(v, RELATION_PROCESS, f);
}

static int clone_vm(struct verify *v, struct finding *f)
{
	return check_labels(v, RELATION_CLONE_VM, f);
}

static int vforked(struct verify *v, struct finding *f)
{
	return check_labels(v, RELATION_VFORK, f);
}

/* What one round of yielding cost: by the daemon, and by the clock of the tasks. ns per switch. */
struct round {
	double said_ns, own_ns;
};

static struct round round_of(const struct played *p, enum switch_kind kind)
{
	u64 measured = played_from_user(p, kind), made = played_out(p, 0) + played_out(p, 1);

	return (struct round){.said_ns = measured ? (double)played_from_user_cost_ns(p, kind) /
							    (double)measured
						  : 0,
			      .own_ns = made ? (double)played_ns(p) / (double)made : 0};
}

static int by_value(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* Sorts n values; returns the middle one, and stores half of the distance between the quartiles. */
static double median(double *values, size_t n, double *spread)
{
	qsort(values, n, sizeof(*values), by_value);
	*spread = (values[n - 1 - n / 4] - values[n / 4]) / 2;
	return values[n / 2];
}

/* The rounds of both kinds, and what follows from them. */
struct costs {
	double said[NR_KINDS][ROUNDS], own[NR_KINDS][ROUNDS];
};

static int yield_rounds(struct verify *v, struct costs *c, struct finding *f, bool *ok)
{
	static const enum relation relations[] = {RELATION_THREAD, RELATION_PROCESS};

	for (int i = 0; i < ROUNDS * 2; i++) {
		enum switch_kind kind = i % 2 ? KIND_PROCESS : KIND_THREAD;
		const struct play play = {.relation = relations[i % 2],
					  .nr_actors = 2,
					  .real_time = true,
					  .cpu = v->cpu,
					  .n = YIELD_NS,
					  .act = act_yield};
		struct played p;
		int status = play_it(v, &play, &p, f);
		struct round r = round_of(&p, kind);

		*ok = p.ok;
		played_release(&p);
		if (status || !*ok)
			return status;
		c->said[kind][i / 2] = r.said_ns;
		c->own[kind][i / 2] = r.own_ns;
	}
	return CLIENT_OK;
}

/*
 * The switch itself is a part of what the tasks lose by it: the rest is the kernel's way into the
 * scheduler, and the misses of caches and TLB that follow. So of the difference between process
 * and thread, too, the daemon sees a part, and in any case no more than noise above it.
 */
static int costs(struct verify *v, struct finding *f)
{
	struct json_object *host = read_member(v->first->reply, "host");
	struct costs c;
	double spread[4], said[NR_KINDS], own[NR_KINDS], seen, lost, noise;
	bool ok;
	int status;

	if (read_text(host, "cost_reason")[0])
		return find(f, VERDICT_SKIP, "%s", read_text(host, "cost_reason"));
	status = yield_rounds(v, &c, f, &ok);
	if (status || !ok)
		return status;
	said[KIND_THREAD] = median(c.said[KIND_THREAD], ROUNDS, &spread[0]);
	said[KIND_PROCESS] = median(c.said[KIND_PROCESS], ROUNDS, &spread[1]);
	own[KIND_THREAD] = median(c.own[KIND_THREAD], ROUNDS, &spread[2]);
	own[KIND_PROCESS] = median(c.own[KIND_PROCESS], ROUNDS, &spread[3]);
	seen = said[KIND_PROCESS] - said[KIND_THREAD];
	lost = own[KIND_PROCESS] - own[KIND_THREAD];
	noise = 2 * (spread[0] + spread[1] + spread[2] + spread[3]) + 10;
	ok = said[KIND_THREAD] > 0 && said[KIND_PROCESS] > 0 &&
	     said[KIND_THREAD] < own[KIND_THREAD] && said[KIND_PROCESS] < own[KIND_PROCESS] &&
	     seen > -noise && seen < fmax(lost, 0) * MOST_TIMES + noise;
	return find(f, ok ? VERDICT_PASS : VERDICT_FAIL,
		    "thread %.0f ns of the %.0f that the tasks lose, process %.0f of %.0f; "
		    "difference %.0f of %.0f, noise %.0f",
		    said[KIND_THREAD], own[KIND_THREAD], said[KIND_PROCESS], own[KIND_PROCESS],
		    seen, lost, noise);
}

const struct check switch_checks[] = {
	{"switches: two threads", threads},
	{"switches: two processes", processes},
	{"switches: processes, CLONE_VM", clone_vm},
	{"switches: vfork child, parent", vforked},
	{"costs", costs},
};
const size_t nr_switch_checks = ARRAY_SIZE(switch_checks);
