/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the track events of a capture mean: its interned names and its tracks (capture.md). */
#ifndef TVTRACE_REPORT_TRACK_DECODER_H
#define TVTRACE_REPORT_TRACK_DECODER_H

#include <stdbool.h>

#include "record.h"
#include "trace.pb-c.h"

struct track_decoder;

struct track_decoder *track_decoder_new(void);
void track_decoder_free(struct track_decoder *w);

/* Takes what a packet defines: interned names and tracks. */
void track_decoder_learn(struct track_decoder *w, const TracePacket *p);

enum trace_meaning {
	MEANS_NOTHING, /* to us */
	MEANS_SWITCH,
	MEANS_LOST_BEGIN,
	MEANS_LOST_END,
	MEANS_FACT, /* on the track tvtraced; its name tells what */
};

struct trace_event {
	enum trace_meaning meaning;
	u64 ts_ns;
	u32 cpu;
	u8 kind, from, reason; /* of a switch */
	u32 other;	       /* the task that tid 0 stands for in a filtered trace; 0: none */
	u64 number;	       /* a switch's cost in ns, or how many were lost; 0: not known */
};

/* What the track event of a packet says. */
struct trace_event track_decoder_event(const struct track_decoder *w, const TracePacket *p);

/* Annotations that have their name with them; NULL and 0: there is none. */
const char *trace_text(const TrackEvent *e, const char *name);
u64 trace_number(const TrackEvent *e, const char *name);

#endif
