/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Constants that the daemon writes into a capture and the client reads from it, beside those of
 * trace.proto: numbers of Perfetto that are in no enum there, and our own names (doc/capture.md).
 */
#ifndef TVTRACED_CAPTURE_FORMAT_H
#define TVTRACED_CAPTURE_FORMAT_H

enum {
	/* The keys of Trace.packet (field 1), and of TracePacket.compressed_packets in a packet. */
	TRACE_PACKET_KEY = 1 << 3 | 2,
	TRACE_COMPRESSED_KEY = 50 << 3 | 2,
	/* builtin_clock.proto */
	TRACE_CLOCK_REALTIME = 1,
	TRACE_CLOCK_MONOTONIC = 3,
	TRACE_CLOCK_BOOTTIME = 6,
	/* trace_packet.proto: sequence_flags */
	TRACE_STATE_CLEARED = 1,
	TRACE_NEEDS_STATE = 2,
	/* track_event.proto: type */
	TRACE_SLICE_BEGIN = 1,
	TRACE_SLICE_END = 2,
	TRACE_INSTANT = 3,
	/* linux/sched.h: the only flag of clone_flags that a capture contains */
	TRACE_CLONE_VM = 0x100,
	TRACE_CLONE_THREAD = 0x10000,
	/* TRACE_FLAG_HARDIRQ of ftrace's common_flags (linux/trace_events.h) */
	TRACE_FLAG_HARDIRQ = 8,
	/* The prev_state of a preempted task, as in __trace_sched_switch_state() of the kernel. */
	TRACE_PREV_PREEMPTED = 0x100,
};

/* Tracks. */
#define TRACE_TRACK_TVTRACED "tvtraced"
#define TRACE_TRACK_SWITCHES "switches"
#define TRACE_TRACK_CPU "cpu %u"

/* Events on a CPU's track; all other events there are switches, named by their kind. */
#define TRACE_EVENT_LOST "lost"
/* A switch has two categories: this prefix with the name of its `from` appended, and its reason. */
#define TRACE_CATEGORY_FROM "from_"

/* Events on the track of a thread: it creates a task of the kind that is appended. */
#define TRACE_EVENT_CREATE "create "

/* Events on the track tvtraced. */
#define TRACE_EVENT_CAPTURE "capture"
#define TRACE_EVENT_GROUP "group"
#define TRACE_EVENT_SUSPENDED "suspended"
#define TRACE_EVENT_END "end"

/* Annotations of a switch and of a stretch in which switches were lost. */
#define TRACE_NOTE_COST "cost_ns"
/* The wait of the next task in ns: this prefix with what it followed appended. */
#define TRACE_NOTE_WAIT "wait_"
#define TRACE_NOTE_OTHER_TID "other_tid"
#define TRACE_NOTE_SWITCHES "switches"
/* Annotations of the capture. */
#define TRACE_NOTE_VERSION "tvtraced"
#define TRACE_NOTE_COST_SOURCE "cost_source"
#define TRACE_NOTE_COST_BIAS "cost_bias_ns"
#define TRACE_NOTE_PCID "pcid"
#define TRACE_NOTE_TLB "tlb" /* "counted": which lengthens the costs of kind process */
#define TRACE_NOTE_ONLY_TGID "only_tgid"
#define TRACE_NOTE_ONLY_APPLICATION "only_application"
#define TRACE_NOTE_ONLY_CPU "only_cpu"
/* Annotations of a group. */
#define TRACE_NOTE_TGID "tgid"
#define TRACE_NOTE_APPLICATION "application"
#define TRACE_NOTE_APPLICATION_KIND "application_kind"
/* Annotation of a suspension and of a creation: how long it took. */
#define TRACE_NOTE_NS "ns"
/* Further annotations of a creation, with TRACE_NOTE_TGID: of the new task, and of its creator. */
#define TRACE_NOTE_TID "tid"
#define TRACE_NOTE_RESIDENT "resident_bytes"
/* Annotations of the end. */
#define TRACE_NOTE_BEGIN "begin_ns"
#define TRACE_NOTE_LOST "lost"
#define TRACE_NOTE_REASON "reason"

#endif
