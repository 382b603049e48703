/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A capture that the daemon writes to a file of the client's. */
#ifndef TVTRACE_CLIENT_CAPTURING_H
#define TVTRACE_CLIENT_CAPTURING_H

#include <stdbool.h>

#include "client/session.h"
#include "record.h"

struct capturing {
	u64 last_ns, for_ns;
	int cpu;		 /* -1: all */
	u32 tgid;		 /* 0: all */
	const char *application; /* NULL: all */
	bool compress;
};

enum capturing_state { CAPTURING_RUNS, CAPTURING_DONE, CAPTURING_FAILED };

struct capturing_progress {
	enum capturing_state state;
	u64 switches, lost, bytes;
	u64 begin_ns; /* of what was asked for, CLOCK_MONOTONIC of the daemon's host */
	u64 last_ns;  /* time of the last switch that was written, by the same clock; 0: none */
	char message[128];
};

/* Asks for it; the descriptor stays the caller's. */
void capturing_start(struct session *s, const struct capturing *c, int fd);

/*
 * Waits for the next word of how far it is. Returns an exit status; what failed was printed. *came
 * false: a signal came first.
 */
int capturing_next(struct session *s, struct capturing_progress *p, bool *came);

#endif
