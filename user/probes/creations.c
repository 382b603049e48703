// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "probes/creations.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include <bpf/libbpf.h>

#include "common/clock.h"
#include "common/error.h"
#include "common/exit_status.h"
#include "probes/host_tid.h"
#include "probes/median.h"
#include "probes/programs.h"
#include "tvtraced.skel.h"

enum {
	SAMPLES = 31,
	/* Each timer that is set up takes about 47 ns more while the source is attached. */
	MOST_TIMERS_PER_S = 200000,
};

#define LOOK_NS 500000000ULL
#define PAUSE_NS 60000000000ULL

static void detach(struct bpf_link *links[CREATION_LINKS])
{
	for (int i = 0; i < CREATION_LINKS; i++) {
		bpf_link__destroy(links[i]);
		links[i] = NULL;
	}
}

static void *do_nothing(void *unused)
{
	return unused;
}

/*
 * Creates threads and compares what the programs measured with this thread's own clock. Returns 0
 * or -errno; -ENODATA: the programs saw nothing.
 */
static int measure_bias(struct tvtraced_bpf *skel, u64 *bias_ns)
{
	u64 missed[SAMPLES];
	int err = 0;

	for (int i = 0; i < SAMPLES && !err; i++) {
		pthread_t thread;
		u64 begun, own;

		skel->bss->creation_ns = 0;
		begun = clock_ns();
		err = -pthread_create(&thread, NULL, do_nothing, NULL);
		own = clock_ns() - begun;
		if (err)
			break;
		pthread_join(thread, NULL);
		if (!skel->bss->creation_ns)
			err = -ENODATA;
		missed[i] = own > skel->bss->creation_ns ? own - skel->bss->creation_ns : 0;
	}
	if (err)
		return err;
	*bias_ns = median(missed, SAMPLES);
	return 0;
}

/*
 * Leaves the source attached if it works, since before Linux 5.13 an fentry program can be attached
 * only once. Without task_newtask it reports nothing. Returns 0 or -errno.
 */
static int try_source(struct creations *c, const struct creation_source *s,
		      struct tvtraced_bpf *skel, const struct features *f)
{
	struct bpf_link *newtask = NULL;
	int err = 0;

	if (!f->has[FEATURE_TASK_NEWTASK])
		return -ENOENT;
	skel->bss->creations_by_timer = s->by_timer;
	/* It keeps task_newtask from reporting what is of before the start. */
	skel->bss->creation_calibrate_tid = host_tid(skel);
	newtask = bpf_program__attach(skel->progs.task_newtask);
	if (!newtask)
		err = -errno;
	if (!err)
		err = s->attach(skel, f, c->links);
	if (!err)
		err = measure_bias(skel, &c->facts.bias_ns);
	if (err)
		detach(c->links);
	bpf_link__destroy(newtask);
	skel->bss->creation_calibrate_tid = 0;
	return err;
}

static void take(struct creations *c, const struct creation_source *s, bool wanted)
{
	c->source = s;
	c->named = wanted;
	c->facts.source = s->name;
	if (creation_source_is_none(s))
		c->facts.reason = wanted ? "not timed: --creation-cost=none"
					 : "not timed: fentry, kprobe, timer do not work here; "
					   "--features says why";
	if (s->on_demand)
		c->facts.warning = "every system call of the host takes about 64 ns longer";
}

/* Returns NULL when the wanted one does not work. */
static const struct creation_source *first_that_works(struct creations *c, const struct programs *p,
						      struct features *f,
						      const struct creation_source *wanted)
{
	const struct creation_source *s;

	for (size_t i = 0; (s = creation_source_at(i)); i++) {
		int err;

		if (wanted ? s != wanted : s->on_demand)
			continue;
		if (creation_source_is_none(s))
			return s;
		if (!creation_source_found(s, f)) {
			verbose_log("creation source %s: %s", s->name, f->how[s->needs]);
			continue;
		}
		err = try_source(c, s, p->skel, f);
		if (!err) {
			verbose_log("creation source %s: works, misses %llu ns", s->name,
				    (unsigned long long)c->facts.bias_ns);
			return s;
		}
		features_refute(f, s->needs, "found, but %s",
				err == -ENODATA ? "it sees no creation" : strerror(-err));
		verbose_log("creation source %s: %s", s->name, f->how[s->needs]);
	}
	return NULL;
}

int creations_choose(struct creations *c, const struct programs *p, struct features *f,
		     const struct creation_source *wanted)
{
	const struct creation_source *s = first_that_works(c, p, f, wanted);

	if (wanted && !s)
		return fail(STATUS_FAILED,
			    "--creation-cost: no %s on this kernel: %s; give another, or none",
			    wanted->name, f->how[wanted->needs]);
	if (s)
		take(c, s, wanted != NULL);
	return STATUS_OK;
}

void creations_detach(struct creations *c)
{
	detach(c->links);
}

static u64 timers_so_far(const struct programs *p)
{
	u64 sum = 0;

	for (size_t i = 0; i < p->cpus_bytes / sizeof(*p->cpus); i++)
		sum += p->cpus[i].timers;
	return sum;
}

static void stand_aside(struct creations *c, u64 per_s, u64 now_ns)
{
	detach(c->links);
	c->paused_ns = now_ns;
	snprintf(c->why, sizeof(c->why),
		 "paused: %llu timers/s are set up, which it would slow too much",
		 (unsigned long long)per_s);
	c->facts.reason = c->why;
	verbose_log("creation source %s: %s", c->source->name, c->why);
}

/* When that fails, tries again after another pause. */
static void go_on(struct creations *c, const struct programs *p, const struct features *f,
		  u64 now_ns)
{
	int err = c->source->attach(p->skel, f, c->links);

	if (err) {
		detach(c->links);
		c->paused_ns = now_ns;
		snprintf(c->why, sizeof(c->why), "cannot go on: %s", strerror(-err));
		return;
	}
	c->paused_ns = 0;
	c->facts.reason = NULL;
}

void creations_govern(struct creations *c, const struct programs *p, const struct features *f,
		      u64 now_ns)
{
	u64 timers, since = now_ns - c->looked_ns, per_s;

	if (!c->source->by_timer || c->named || since < LOOK_NS)
		return;
	timers = timers_so_far(p);
	per_s = (timers - c->timers) * 1000000000 / since;
	c->looked_ns = now_ns;
	c->timers = timers;
	if (c->paused_ns && now_ns - c->paused_ns >= PAUSE_NS)
		go_on(c, p, f, now_ns);
	else if (!c->paused_ns && per_s > MOST_TIMERS_PER_S)
		stand_aside(c, per_s, now_ns);
}
