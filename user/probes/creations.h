/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Times the creations of tasks: chooses a source, and leaves it off while it costs too much. */
#ifndef TVTRACED_PROBES_CREATIONS_H
#define TVTRACED_PROBES_CREATIONS_H

#include <stdbool.h>

#include "probes/creation_source.h"
#include "record.h"

struct programs;

/* What the outputs say of it. */
struct creation_facts {
	const char *source;  /* "fentry", ..., "none" */
	const char *reason;  /* why nothing is timed now; NULL: creations are timed */
	const char *warning; /* what the source costs others; NULL: nothing to speak of */
	u64 bias_ns; /* how much shorter the durations are than what the creator's own clock sees */
};

struct creations {
	const struct creation_source *source;
	struct bpf_link *links[CREATION_LINKS];
	struct creation_facts facts;
	u64 timers, looked_ns; /* at the last look */
	u64 paused_ns;	       /* CLOCK_MONOTONIC; 0: not paused */
	bool named;	       /* the user asked for this very source */
	char why[96];
};

/*
 * Attaches the first source that times a thread which this function creates, and measures the bias.
 * Nothing is reported before task_newtask is attached, too.
 * Notes in f which ones were found but do not work. Returns 0, or, if the wanted one does not work,
 * prints why and returns an exit status.
 */
int creations_choose(struct creations *c, const struct programs *p, struct features *f,
		     const struct creation_source *wanted);

void creations_detach(struct creations *c);

/*
 * Where the source is the child's timer and has not been asked for by name: detaches it while so
 * many timers are set up that this costs a CPU more than 1 %, and looks again after a minute. To be
 * called now and then; now_ns is CLOCK_MONOTONIC.
 */
void creations_govern(struct creations *c, const struct programs *p, const struct features *f,
		      u64 now_ns);

#endif
