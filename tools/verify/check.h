/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One check of what the daemon says against what is known otherwise. */
#ifndef TVTRACE_VERIFY_CHECK_H
#define TVTRACE_VERIFY_CHECK_H

#include "client/session.h"
#include "stage/played.h"

enum verdict { VERDICT_PASS, VERDICT_FAIL, VERDICT_SKIP };

enum { FINDING_TEXT = 200 };

struct finding {
	enum verdict verdict;
	char said[FINDING_TEXT]; /* the figures, or why it could not be checked */
};

struct verify {
	struct session *session;
	int cpu;		/* on which all tasks of the checks run */
	struct evidence *first; /* of the host, from before the first check */
};

/*
 * A check fills in *f. It returns an exit status: other than CLIENT_OK only if the daemon does not
 * answer, after a message.
 */
struct check {
	const char *name;
	int (*run)(struct verify *v, struct finding *f);
};

/* In the order in which they are run; the accounting is last, since it is about all of them. */
extern const struct check switch_checks[], task_checks[], host_checks[];
extern const size_t nr_switch_checks, nr_task_checks, nr_host_checks;

/* Sets the verdict and the text; returns CLIENT_OK. */
int find(struct finding *f, enum verdict verdict, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/*
 * Plays. If that cannot be done, p->ok is false and f is filled in. Returns an exit status as a
 * check does. The caller must release p in any case.
 */
int play_it(struct verify *v, const struct play *play, struct played *p, struct finding *f);

#endif
