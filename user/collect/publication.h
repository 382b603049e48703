/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The contents of one publication, from which the live view, JSON and the textfile are all made.
 * The daemon owns the publication; it is valid only during the calls of the output functions.
 */
#ifndef TVTRACED_COLLECT_PUBLICATION_H
#define TVTRACED_COLLECT_PUBLICATION_H

#include <stdbool.h>

#include "collect/snapshot.h"

struct publication {
	struct snapshot now;
	u64 interval_ns;	    /* since the previous publication, or since start */
	struct accounting previous; /* as of the previous publication */
	struct histograms interval; /* since the previous publication */
	u64 own_cpu_before_ns;	    /* now.own_cpu_ns of the previous publication */
	bool final;		    /* last publication; everything is drained and detached */
};

#endif
