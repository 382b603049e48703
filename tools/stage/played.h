/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A play, and by how much what is said of its actors grew meanwhile. */
#ifndef TVTRACE_STAGE_PLAYED_H
#define TVTRACE_STAGE_PLAYED_H

#include "stage/evidence.h"

enum { PLAYED_TEXT = 160 };

struct played {
	bool ok;
	bool busy;	       /* if not ok: the host was too busy for it */
	char why[PLAYED_TEXT]; /* if not ok */
	struct evidence before, after;
	struct actor actors[STAGE_MOST_ACTORS];
	u64 call_ns[STAGE_MOST_CALLS];
	struct charges said[STAGE_MOST_ACTORS];	      /* growth of what the daemon says */
	struct task_counts kernel[STAGE_MOST_ACTORS]; /* growth of what the kernel counts */
	struct created created;			      /* growth of it */
};

/*
 * Plays, again if switches were spilled meanwhile. Returns an exit status, other than CLIENT_OK
 * only if the daemon does not answer, after a message. The caller must release p in any case.
 */
int played_run(struct played *p, struct session *session, const struct play *play);
void played_release(struct played *p);

/* Switches out of an actor, as the kernel counts them, and both actors' switches of a kind. */
u64 played_out(const struct played *p, int actor);
u64 played_in(const struct played *p, enum switch_kind kind);

/* Of those, what came from a program, and what they cost. */
u64 played_from_user(const struct played *p, enum switch_kind kind);
u64 played_from_user_cost_ns(const struct played *p, enum switch_kind kind);

/* For how long all actors acted: from the last one's beginning to the first one's end. */
u64 played_ns(const struct played *p);

#endif
