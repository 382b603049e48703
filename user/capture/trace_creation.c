// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "capture/trace_creation.h"

#include <stdio.h>
#include <unistd.h>

#include "capture/track_event.h"
#include "capture_format.h"
#include "common/names.h"

/* Tracks of threads are above those of trace_head.c, which are numbered from 0. */
static u64 track_of(const struct task_record *r)
{
	return 1ULL << 63 | (u64)r->other << 31 | r->created.creator;
}

/* Each creation has the descriptor of its track, so that no list of known tracks must be kept. */
static int put_track(struct trace_out *o, const struct task_record *r)
{
	TracePacket p = TRACE_PACKET__INIT;
	TrackDescriptor t = TRACK_DESCRIPTOR__INIT;
	ThreadDescriptor thread = THREAD_DESCRIPTOR__INIT;

	thread.has_pid = thread.has_tid = true;
	thread.pid = (int32_t)r->other;
	thread.tid = (int32_t)r->created.creator;
	t.has_uuid = true;
	t.uuid = track_of(r);
	t.thread = &thread;
	p.data_case = TRACE_PACKET__DATA_TRACK_DESCRIPTOR;
	p.track_descriptor = &t;
	return trace_put(o, &p);
}

int trace_creation(struct trace_out *o, const struct task_record *r, u64 end_ns)
{
	u64 page_bytes = (u64)sysconf(_SC_PAGESIZE);
	struct track_event e;
	char name[32];
	int err = put_track(o, r);

	if (err)
		return err;
	snprintf(name, sizeof(name), TRACE_EVENT_CREATE "%s", creation_names[r->creation]);
	track_event_init(&e, TRACE_SLICE_BEGIN, track_of(r));
	e.event.name = name;
	track_event_number(&e, TRACE_NOTE_NS, r->created.duration_ns);
	track_event_number(&e, TRACE_NOTE_TID, r->tid);
	track_event_number(&e, TRACE_NOTE_TGID, r->tgid);
	if (r->created.resident_pages)
		track_event_number(&e, TRACE_NOTE_RESIDENT, r->created.resident_pages * page_bytes);
	err = track_event_put(o, &e, end_ns - r->created.duration_ns);
	if (err)
		return err;
	track_event_init(&e, TRACE_SLICE_END, track_of(r));
	return track_event_put(o, &e, end_ns);
}
