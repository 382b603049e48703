// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Waits for a CPU, and the creation of tasks. */
#include <inttypes.h>
#include <stdlib.h>

#include "client/command.h"
#include "client/json_read.h"
#include "common/array.h"
#include "common/format.h"
#include "common/names.h"
#include "stage/acts.h"
#include "verify/check.h"

enum {
	SPIN_NS = 300000000,
	CREATIONS = 100,
};

static u64 sum_of(const u64 *v, int n)
{
	u64 sum = 0;

	for (int i = 0; i < n; i++)
		sum += v[i];
	return sum;
}

/* Two that want the same CPU all the time wait for each other. */
static int waits(struct verify *v, struct finding *f)
{
	const struct play play = {.relation = RELATION_PROCESS,
				  .nr_actors = 2,
				  .cpu = v->cpu,
				  .n = SPIN_NS,
				  .act = act_spin};
	struct json_object *host = read_member(v->first->reply, "host");
	char text[FORMAT_LEN];
	struct played p;
	u64 said = 0, kernel = 0;
	bool ok;
	int status;

	if (read_text(host, "wait_reason")[0])
		return find(f, VERDICT_SKIP, "%s", read_text(host, "wait_reason"));
	status = play_it(v, &play, &p, f);
	ok = p.ok;
	for (int i = 0; ok && i < STAGE_MOST_ACTORS; i++) {
		u64 own = sum_of(p.said[i].wait_ns, NR_WAITS);

		said += own;
		kernel += p.kernel[i].run_delay_ns;
		if (own == p.kernel[i].run_delay_ns)
			continue;
		find(f, VERDICT_FAIL,
		     "task %u waited %" PRIu64 " ns, but the kernel counted %" PRIu64,
		     p.actors[i].tid, own, p.kernel[i].run_delay_ns);
		ok = false;
	}
	if (ok)
		find(f, kernel > SPIN_NS / 4 ? VERDICT_PASS : VERDICT_FAIL,
		     "two that share a CPU waited %s, to the nanosecond as the kernel counts",
		     format_ns(text, (double)said));
	played_release(&p);
	return status;
}

static int by_value(const void *a, const void *b)
{
	const u64 *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/*
 * The creator's own clock sees what is timed, and more: the way into the kernel and back, and where
 * the child runs first the child as well.
 */
static int check_creations(struct verify *v, enum creation kind, void (*act)(struct actor *a),
			   struct finding *f)
{
	const struct play play = {.nr_actors = 1, .cpu = v->cpu, .n = CREATIONS, .act = act};
	struct json_object *host = read_member(v->first->reply, "host");
	char own_text[FORMAT_LEN], text[FORMAT_LEN];
	u64 others = 0, mean, own_mean;
	struct played p;
	int status = play_it(v, &play, &p, f);

	if (status || !p.ok) {
		played_release(&p);
		return status;
	}
	for (int k = 0; k < NR_CREATIONS; k++)
		others += k == (int)kind ? 0 : p.created.count[k];
	qsort(p.call_ns, CREATIONS, sizeof(u64), by_value);
	own_mean = sum_of(p.call_ns, CREATIONS) / CREATIONS;
	mean = p.created.timed[kind] ? p.created.duration_ns[kind] / p.created.timed[kind] : 0;
	if (p.created.count[kind] != CREATIONS || others)
		find(f, VERDICT_FAIL,
		     "%d of kind %s were created, but %" PRIu64 " are counted, and %" PRIu64
		     " of other kinds",
		     CREATIONS, creation_names[kind], p.created.count[kind], others);
	else if (read_text(host, "creation_reason")[0])
		find(f, VERDICT_PASS, "%d created and counted; not timed: %s", CREATIONS,
		     read_text(host, "creation_reason"));
	else
		find(f,
		     p.created.timed[kind] == CREATIONS && mean && mean < own_mean ? VERDICT_PASS
										   : VERDICT_FAIL,
		     "%d created and counted, %" PRIu64 " timed: %s, of the %s that the call takes",
		     CREATIONS, p.created.timed[kind], format_ns(text, (double)mean),
		     format_ns(own_text, (double)own_mean));
	played_release(&p);
	return CLIENT_OK;
}

static int threads(struct verify *v, struct finding *f)
{
	return check_creations(v, CREATED_THREAD, act_threads, f);
}

static int forks(struct verify *v, struct finding *f)
{
	return check_creations(v, CREATED_PROCESS, act_forks, f);
}

static int vforks(struct verify *v, struct finding *f)
{
	return check_creations(v, CREATED_VM_PROCESS, act_napping_vforks, f);
}

const struct check task_checks[] = {
	{"waits", waits},
	{"creation: threads", threads},
	{"creation: processes", forks},
	{"creation: vfork", vforks},
};
const size_t nr_task_checks = ARRAY_SIZE(task_checks);
