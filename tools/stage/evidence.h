/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the daemon says of some tasks and of the host, and what the kernel says of the same. */
#ifndef TVTRACE_STAGE_EVIDENCE_H
#define TVTRACE_STAGE_EVIDENCE_H

#include <json-c/json.h>

#include "client/session.h"
#include "common/charges.h"
#include "stage/stage.h"

/* The kernel's counters of a task, from /proc/TID/status and /proc/TID/schedstat. */
struct task_counts {
	u64 out[NR_REASONS]; /* switches out of it */
	u64 run_delay_ns;    /* how long it waited for a CPU */
};

struct evidence {
	struct json_object *reply; /* of the last actor's group; parts as in evidence_take() */
	struct charges said[STAGE_MOST_ACTORS]; /* by the daemon, of each actor */
	struct created created;			/* by the first actor's group */
	struct task_counts kernel[STAGE_MOST_ACTORS];
	u64 process_switches; /* switches of the host that changed the address space */
	u64 spilled;
	/* The kernel's count of all switches, read before and after. */
	u64 ctxt_before, ctxt_after;
};

/*
 * Asks about the actors of a stage (NULL: about the host alone) until they do not move meanwhile.
 * Returns an exit status, after a message if it is not CLIENT_OK; an actor that the daemon does not
 * know, or that does not come to rest, has all counts 0 and is told of by *missing (static text;
 * NULL: there is none). The caller must release the evidence.
 */
int evidence_take(struct evidence *e, struct session *session, const struct stage *stage,
		  const char **missing);
void evidence_release(struct evidence *e);

#endif
