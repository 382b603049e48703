/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The answer of `tvtrace advise`, and its two output forms. */
#ifndef TVTRACE_ADVISE_ADVISE_H
#define TVTRACE_ADVISE_ADVISE_H

#include "advise/estimate.h"
#include "advise/memory.h"
#include "advise/runtime.h"

struct advice {
	const struct seen_application *seen;
	enum shape shape;
	enum creation creates;	       /* NR_CREATIONS: nothing all the time */
	const struct runtime *runtime; /* NULL: none that is known */
	struct estimate estimate;
	struct memory memory; /* only if `one` */
};

struct advise {
	double seconds; /* of the trace */
	const struct trace_summary *summary;
	u64 time_ns; /* CLOCK_MONOTONIC of the daemon's host at its end */
	bool one;    /* about one application, in detail */
	struct prices prices;
	struct advice *advices;
	size_t n;
	size_t limit; /* lines of text */
};

void advise_print_text(const struct advise *a);
void advise_print_json(const struct advise *a);

#endif
