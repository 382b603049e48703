/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A capture that the daemon writes to a file descriptor of the client. */
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
	u64 begin_ns; /* beginning of the requested time; CLOCK_MONOTONIC of the daemon's host */
	u64 last_ns;  /* time of the last switch that was written, by the same clock; 0: none */
	char message[128];
};

/* Asks the daemon for a capture into fd, which stays the caller's. */
void capturing_start(struct session *s, const struct capturing *c, int fd);

/*
 * Waits for the next progress report. Returns an exit status, after a message if it is not
 * CLIENT_OK. *came is false if a signal came first.
 */
int capturing_next(struct session *s, struct capturing_progress *p, bool *came);

#endif
