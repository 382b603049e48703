/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A track event of a trace, with its annotations. */
#ifndef TVTRACED_CAPTURE_TRACK_EVENT_H
#define TVTRACED_CAPTURE_TRACK_EVENT_H

#include "capture/trace_out.h"
#include "record.h"

enum {
	TRACE_SEQUENCE = 1, /* trusted_packet_sequence_id of all packets */
	MAX_ANNOTATIONS = 64,
};

/* The texts stay the caller's. */
struct track_event {
	TrackEvent event;
	DebugAnnotation annotations[MAX_ANNOTATIONS];
	DebugAnnotation *list[MAX_ANNOTATIONS];
};

void track_event_init(struct track_event *e, u32 type, u64 track);

/* Returns a new annotation to be filled; beyond MAX_ANNOTATIONS always the last one. */
DebugAnnotation *track_event_annotate(struct track_event *e);

void track_event_number(struct track_event *e, const char *name, u64 v);
void track_event_text(struct track_event *e, const char *name, const char *text);

/* These return 0 or -errno of the write. */
int track_event_put(struct trace_out *o, struct track_event *e, u64 ts_ns);
int trace_put(struct trace_out *o, TracePacket *p);

#endif
