/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Conditions of `tvtrace trigger`: "p99 process > 20us for 10s". */
#ifndef TVTRACE_TRIGGER_CONDITION_H
#define TVTRACE_TRIGGER_CONDITION_H

#include <stdbool.h>

#include "record.h"

enum figure {
	FIGURE_QUANTILE, /* quantile of the costs of a kind, or of waits, in ns */
	FIGURE_MEAN,	 /* their mean, in ns */
	FIGURE_RATE,	 /* switches per second, of a kind or of all */
	FIGURE_COST,	 /* cost of an application, as a share of one CPU */
};

enum { CONDITION_MESSAGE_LEN = 256, CONDITION_VALUE_LEN = 32 };

struct condition {
	char *text; /* the condition as it was given, printable */
	enum figure figure;
	double quantile;
	int kind;	   /* -1: all kinds, for a rate only */
	bool of_waits;	   /* quantile or mean of waits */
	int after;	   /* what the waits followed; -1: anything */
	char *application; /* NULL unless FIGURE_COST */
	bool below;	   /* the condition is figure < value, otherwise figure > value */
	double value;
	u64 hold_ns; /* how long the condition must be true */
	/* State: */
	u64 true_since_ns;  /* CLOCK_MONOTONIC; 0: the condition is not true */
	u64 saved_ns;	    /* when it last caused a capture; 0: never */
	double last_figure; /* NAN: no value */
};

/*
 * Parses text, which need not be valid. Returns false with an explanation in `message` on an error.
 */
bool condition_parse(struct condition *c, const char *text, char message[CONDITION_MESSAGE_LEN]);
void condition_release(struct condition *c);

/*
 * Updates the condition with the figure of the interval of interval_ns that ended at now_ns. A
 * figure of NAN means that there were no such switches, and the condition is not true. Returns true
 * if the condition has been true for its hold time.
 */
bool condition_update(struct condition *c, double figure, u64 now_ns, u64 interval_ns);

/* Formats a figure of the condition for output; returns buf. */
char *condition_format(char buf[CONDITION_VALUE_LEN], const struct condition *c, double figure);

#endif
