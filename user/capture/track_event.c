// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "capture/track_event.h"

#include "capture_format.h"

void track_event_init(struct track_event *e, u32 type, u64 track)
{
	e->event = (TrackEvent)TRACK_EVENT__INIT;
	e->event.has_type = e->event.has_track_uuid = true;
	e->event.type = type;
	e->event.track_uuid = track;
	e->event.debug_annotations = e->list;
}

DebugAnnotation *track_event_annotate(struct track_event *e)
{
	DebugAnnotation *a = &e->annotations[e->event.n_debug_annotations];

	if (e->event.n_debug_annotations == MAX_ANNOTATIONS)
		return &e->annotations[MAX_ANNOTATIONS - 1];
	*a = (DebugAnnotation)DEBUG_ANNOTATION__INIT;
	e->list[e->event.n_debug_annotations++] = a;
	return a;
}

void track_event_number(struct track_event *e, const char *name, u64 v)
{
	DebugAnnotation *a = track_event_annotate(e);

	a->name = (char *)name;
	a->has_uint_value = true;
	a->uint_value = v;
}

void track_event_text(struct track_event *e, const char *name, const char *text)
{
	DebugAnnotation *a = track_event_annotate(e);

	a->name = (char *)name;
	a->string_value = (char *)text;
}

int track_event_put(struct trace_out *o, struct track_event *e, u64 ts_ns)
{
	TracePacket p = TRACE_PACKET__INIT;

	p.has_timestamp = true;
	p.timestamp = ts_ns;
	p.has_sequence_flags = true;
	p.sequence_flags = TRACE_NEEDS_STATE;
	p.data_case = TRACE_PACKET__DATA_TRACK_EVENT;
	p.track_event = &e->event;
	return trace_put(o, &p);
}

int trace_put(struct trace_out *o, TracePacket *p)
{
	p->has_trusted_packet_sequence_id = true;
	p->trusted_packet_sequence_id = TRACE_SEQUENCE;
	return trace_out_packet(o, p);
}
