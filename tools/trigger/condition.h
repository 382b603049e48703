/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Conditions of `tvtrace trigger`: "p99 process > 20us for 10s". */
#ifndef TVTRACE_TRIGGER_CONDITION_H
#define TVTRACE_TRIGGER_CONDITION_H

#include <stdbool.h>

#include "record.h"

enum figure {
	FIGURE_QUANTILE, /* of the cost of a kind, in ns */
	FIGURE_MEAN,	 /* ns, of the costs of a kind */
	FIGURE_RATE,	 /* switches per second, of a kind or of all */
	FIGURE_COST,	 /* of an application, as a share of one CPU */
};

enum { CONDITION_MESSAGE_LEN = 256, CONDITION_VALUE_LEN = 32 };

struct condition {
	char *text; /* as it was given */
	enum figure figure;
	double quantile;
	int kind;	   /* -1: all, of a rate */
	char *application; /* NULL but for FIGURE_COST */
	bool below;	   /* true when the figure is less than the value */
	double value;
	u64 hold_ns; /* for how long it must be true */
	/* What became of it: */
	u64 true_since_ns;  /* CLOCK_MONOTONIC; 0: it is not true */
	u64 saved_ns;	    /* when it last came to something; 0: never */
	double last_figure; /* NAN: there is none */
};

/* Parses a text of anybody's. Returns false with what is wrong in `message`. */
bool condition_parse(struct condition *c, const char *text, char message[CONDITION_MESSAGE_LEN]);
void condition_release(struct condition *c);

/*
 * Takes the figure of the interval that ended at now_ns and was interval_ns long; NAN: nothing of
 * the kind happened. True: it has held for as long as it must.
 */
bool condition_update(struct condition *c, double figure, u64 now_ns, u64 interval_ns);

/* A figure of that condition for people; returns buf. */
char *condition_format(char buf[CONDITION_VALUE_LEN], const struct condition *c, double figure);

#endif
