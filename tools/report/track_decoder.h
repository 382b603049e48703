/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Decodes the track events of a capture by its interned names and its tracks (doc/capture.md). */
#ifndef TVTRACE_REPORT_TRACK_DECODER_H
#define TVTRACE_REPORT_TRACK_DECODER_H

#include <stdbool.h>

#include "record.h"
#include "trace.pb-c.h"

struct track_decoder;

struct track_decoder *track_decoder_new(void);
void track_decoder_free(struct track_decoder *w);

/* Remembers the interned names and the tracks that a packet defines. */
void track_decoder_learn(struct track_decoder *w, const TracePacket *p);

enum trace_meaning {
	MEANS_NOTHING, /* nothing that tvtrace uses */
	MEANS_SWITCH,
	MEANS_LOST_BEGIN,
	MEANS_LOST_END,
	MEANS_CREATION,
	MEANS_FACT, /* an event on the track tvtraced; its name tells which fact */
};

struct trace_event {
	enum trace_meaning meaning;
	u64 ts_ns;
	u32 cpu;
	u8 kind, from, reason; /* of a switch; kind: enum creation of a creation */
	u32 creator;	       /* tgid of the one that created; 0: not known */
	u64 resident_bytes;    /* of the creator; 0: not known */
	u32 other;	       /* tid of the task that a filtered trace shows as tid 0; 0: none */
	u64 wait;	       /* of the switch's next task, WAIT_OF(); 0: not known */
	u64 number;	       /* cost or creation in ns, or number of lost switches; 0: unknown */
};

/* Decodes the track event of a packet. */
struct trace_event track_decoder_event(const struct track_decoder *w, const TracePacket *p);

/* The value of an annotation whose name is not interned; NULL and 0 if the event has none. */
const char *trace_text(const TrackEvent *e, const char *name);
u64 trace_number(const TrackEvent *e, const char *name);

#endif
