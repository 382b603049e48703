// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "report/track_decoder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture_format.h"
#include "common/alloc.h"
#include "common/array.h"
#include "common/names.h"

enum {
	MAX_WORDS = 64, /* known names of one sort; a sequence has at most seven of a sort */
	MAX_TRACKS = 1 << 13,
	EVENT_LOST = NR_KINDS, /* follows the kinds */
	ANNOTATION_COST = 0,
	ANNOTATION_SWITCHES,
	ANNOTATION_OTHER,
	ANNOTATION_WAIT, /* + what it followed */
};

/* An interned name with a meaning for tvtrace. */
struct word {
	u32 sequence;
	u64 iid;
	int meaning;
};

struct words {
	size_t n;
	struct word words[MAX_WORDS];
};

/* The track of a CPU. */
struct track {
	u64 uuid;
	u32 cpu;
};

struct track_decoder {
	struct words events, categories, annotations;
	struct track *tracks; /* of CPUs, sorted by uuid */
	size_t nr_tracks, room;
	bool has_switches, has_tvtraced;
	u64 switches, tvtraced; /* uuids */
	/* The latest track of a thread: each creation follows the description of its track. */
	u64 thread;
	u32 thread_tgid;
};

struct track_decoder *track_decoder_new(void)
{
	return xcalloc(1, sizeof(struct track_decoder));
}

void track_decoder_free(struct track_decoder *w)
{
	if (!w)
		return;
	free(w->tracks);
	free(w);
}

static int event_meaning(const char *name)
{
	for (int k = 0; k < NR_KINDS; k++)
		if (!strcmp(name, kind_names[k]))
			return k;
	return strcmp(name, TRACE_EVENT_LOST) ? -1 : EVENT_LOST;
}

/* Values below NR_FROMS are a from; from NR_FROMS on, a reason. */
static int category_meaning(const char *name)
{
	static const char from[] = TRACE_CATEGORY_FROM;

	for (int i = 0; i < NR_FROMS; i++)
		if (!strncmp(name, from, strlen(from)) &&
		    !strcmp(name + strlen(from), from_names[i]))
			return i;
	for (int i = 0; i < NR_REASONS; i++)
		if (!strcmp(name, reason_names[i]))
			return NR_FROMS + i;
	return -1;
}

static int annotation_meaning(const char *name)
{
	static const char wait[] = TRACE_NOTE_WAIT;

	for (int i = 0; i < NR_WAITS; i++)
		if (!strncmp(name, wait, strlen(wait)) &&
		    !strcmp(name + strlen(wait), wait_names[i]))
			return ANNOTATION_WAIT + i;
	if (!strcmp(name, TRACE_NOTE_COST))
		return ANNOTATION_COST;
	if (!strcmp(name, TRACE_NOTE_OTHER_TID))
		return ANNOTATION_OTHER;
	return strcmp(name, TRACE_NOTE_SWITCHES) ? -1 : ANNOTATION_SWITCHES;
}

static void forget(struct words *w, u32 sequence)
{
	size_t left = 0;

	for (size_t i = 0; i < w->n; i++)
		if (w->words[i].sequence != sequence)
			w->words[left++] = w->words[i];
	w->n = left;
}

static void learn(struct words *w, u32 sequence, InternedData__Name *const *names, size_t n,
		  int (*meaning)(const char *name))
{
	for (size_t i = 0; i < n; i++) {
		int m = names[i]->name ? meaning(names[i]->name) : -1;

		if (m >= 0 && w->n < MAX_WORDS)
			w->words[w->n++] = (struct word){sequence, names[i]->iid, m};
	}
}

static int find(const struct words *w, u32 sequence, u64 iid)
{
	/* The newest definition of an iid is valid. */
	for (size_t i = w->n; i-- > 0;)
		if (w->words[i].iid == iid && w->words[i].sequence == sequence)
			return w->words[i].meaning;
	return -1;
}

/* The index of a track, or where it would be inserted. */
static size_t place_of(const struct track_decoder *w, u64 uuid)
{
	size_t low = 0, high = w->nr_tracks;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (w->tracks[middle].uuid < uuid)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static const struct track *track_of(const struct track_decoder *w, u64 uuid)
{
	size_t at = place_of(w, uuid);

	return at < w->nr_tracks && w->tracks[at].uuid == uuid ? &w->tracks[at] : NULL;
}

static void add_cpu(struct track_decoder *w, u64 uuid, u32 cpu)
{
	size_t at = place_of(w, uuid);

	if (track_of(w, uuid) || w->nr_tracks == MAX_TRACKS)
		return;
	ARRAY_RESERVE(w->tracks, w->nr_tracks, w->room);
	memmove(w->tracks + at + 1, w->tracks + at, (w->nr_tracks - at) * sizeof(*w->tracks));
	w->tracks[at] = (struct track){uuid, cpu};
	w->nr_tracks++;
}

static void learn_track(struct track_decoder *w, const TrackDescriptor *t)
{
	unsigned int cpu;

	if (t->thread) {
		w->thread = t->uuid;
		w->thread_tgid = (u32)t->thread->pid;
	}
	if (!t->name)
		return;
	if (!t->has_parent_uuid && !strcmp(t->name, TRACE_TRACK_SWITCHES)) {
		w->has_switches = true;
		w->switches = t->uuid;
	} else if (!t->has_parent_uuid && !strcmp(t->name, TRACE_TRACK_TVTRACED)) {
		w->has_tvtraced = true;
		w->tvtraced = t->uuid;
	} else if (w->has_switches && t->parent_uuid == w->switches &&
		   sscanf(t->name, TRACE_TRACK_CPU, &cpu) == 1) {
		add_cpu(w, t->uuid, cpu);
	}
}

void track_decoder_learn(struct track_decoder *w, const TracePacket *p)
{
	const InternedData *d = p->interned_data;
	u32 sequence = p->trusted_packet_sequence_id;

	if (p->sequence_flags & TRACE_STATE_CLEARED) {
		forget(&w->events, sequence);
		forget(&w->categories, sequence);
		forget(&w->annotations, sequence);
	}
	if (d) {
		learn(&w->events, sequence, d->event_names, d->n_event_names, event_meaning);
		learn(&w->categories, sequence, d->event_categories, d->n_event_categories,
		      category_meaning);
		learn(&w->annotations, sequence, d->debug_annotation_names,
		      d->n_debug_annotation_names, annotation_meaning);
	}
	if (p->data_case == TRACE_PACKET__DATA_TRACK_DESCRIPTOR)
		learn_track(w, p->track_descriptor);
}

static int name_meaning(const struct track_decoder *w, const TrackEvent *e, u32 sequence)
{
	return e->name ? event_meaning(e->name) : find(&w->events, sequence, e->name_iid);
}

/* Returns the number of the annotation with one of the meanings first .. last; NULL: none. */
static const u64 *find_number(const struct track_decoder *w, const TrackEvent *e, u32 sequence,
			      int first, int last, int *meaning)
{
	for (size_t i = 0; i < e->n_debug_annotations; i++) {
		const DebugAnnotation *a = e->debug_annotations[i];

		*meaning = a->name ? annotation_meaning(a->name)
				   : find(&w->annotations, sequence, a->name_iid);
		if (*meaning >= first && *meaning <= last)
			return &a->uint_value;
	}
	return NULL;
}

static u64 annotated(const struct track_decoder *w, const TrackEvent *e, u32 sequence, int meaning)
{
	const u64 *number = find_number(w, e, sequence, meaning, meaning, &meaning);

	return number ? *number : 0;
}

static u64 annotated_wait(const struct track_decoder *w, const TrackEvent *e, u32 sequence)
{
	int meaning;
	const u64 *ns = find_number(w, e, sequence, ANNOTATION_WAIT, ANNOTATION_WAIT + NR_WAITS - 1,
				    &meaning);

	return ns ? WAIT_OF(*ns, (u64)(meaning - ANNOTATION_WAIT)) : 0;
}

/*
 * Decodes a switch. An instant that lacks a kind, a from or a reason is not tvtraced's and is
 * ignored.
 */
static void read_switch(const struct track_decoder *w, const TrackEvent *e, u32 sequence,
			struct trace_event *result)
{
	int kind = name_meaning(w, e, sequence), from = -1, reason = -1;

	for (size_t i = 0; i < e->n_category_iids; i++) {
		int m = find(&w->categories, sequence, e->category_iids[i]);

		if (m >= NR_FROMS)
			reason = m - NR_FROMS;
		else if (m >= 0)
			from = m;
	}
	if (kind < 0 || kind >= NR_KINDS || from < 0 || reason < 0)
		return;
	result->meaning = MEANS_SWITCH;
	result->kind = (u8)kind;
	result->from = (u8)from;
	result->reason = (u8)reason;
	result->number = annotated(w, e, sequence, ANNOTATION_COST);
	result->wait = annotated_wait(w, e, sequence);
	result->other = (u32)annotated(w, e, sequence, ANNOTATION_OTHER);
}

/* A slice of that name may be on any thread's track. */
static void read_creation(const struct track_decoder *w, const TrackEvent *e,
			  struct trace_event *result)
{
	static const char create[] = TRACE_EVENT_CREATE;

	if (e->type != TRACE_SLICE_BEGIN || !e->name ||
	    strncmp(e->name, create, strlen(create)) != 0)
		return;
	for (int k = 0; k < NR_CREATIONS; k++)
		if (!strcmp(e->name + strlen(create), creation_names[k])) {
			result->meaning = MEANS_CREATION;
			result->kind = (u8)k;
			result->number = trace_number(e, TRACE_NOTE_NS);
			result->creator = e->track_uuid == w->thread ? w->thread_tgid : 0;
			result->resident_bytes = trace_number(e, TRACE_NOTE_RESIDENT);
		}
}

struct trace_event track_decoder_event(const struct track_decoder *w, const TracePacket *p)
{
	const TrackEvent *e = p->track_event;
	u32 sequence = p->trusted_packet_sequence_id;
	struct trace_event result = {.ts_ns = p->timestamp};
	const struct track *t;

	if (w->has_tvtraced && e->track_uuid == w->tvtraced) {
		if (e->name && (e->type == TRACE_INSTANT || e->type == TRACE_SLICE_BEGIN))
			result.meaning = MEANS_FACT;
		return result;
	}
	t = track_of(w, e->track_uuid);
	if (!t) {
		read_creation(w, e, &result);
		return result;
	}
	result.cpu = t->cpu;
	if (e->type == TRACE_INSTANT) {
		read_switch(w, e, sequence, &result);
	} else if (e->type == TRACE_SLICE_BEGIN && name_meaning(w, e, sequence) == EVENT_LOST) {
		result.meaning = MEANS_LOST_BEGIN;
		result.number = annotated(w, e, sequence, ANNOTATION_SWITCHES);
	} else if (e->type == TRACE_SLICE_END) {
		result.meaning = MEANS_LOST_END;
	}
	return result;
}

static const DebugAnnotation *annotation(const TrackEvent *e, const char *name)
{
	for (size_t i = 0; i < e->n_debug_annotations; i++)
		if (e->debug_annotations[i]->name && !strcmp(e->debug_annotations[i]->name, name))
			return e->debug_annotations[i];
	return NULL;
}

const char *trace_text(const TrackEvent *e, const char *name)
{
	const DebugAnnotation *a = annotation(e, name);

	return a ? a->string_value : NULL;
}

u64 trace_number(const TrackEvent *e, const char *name)
{
	const DebugAnnotation *a = annotation(e, name);

	return a ? a->uint_value : 0;
}
