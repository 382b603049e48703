// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "capture/trace_head.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "capture/track_event.h"
#include "capture_format.h"
#include "common/alloc.h"
#include "common/array.h"
#include "common/clock.h"
#include "common/names.h"
#include "version.h"

enum {
	/* Track and interning ids, which the writer of a trace is free to choose: */
	TRACK_SWITCHES = 1,
	TRACK_TVTRACED = 2,
	TRACK_CPU_0 = 16,
	IID_KIND = 1,			  /* + kind: event names */
	IID_LOST = IID_KIND + NR_KINDS,	  /* also an event name */
	IID_FROM = 1,			  /* + from: categories */
	IID_REASON = IID_FROM + NR_FROMS, /* + reason: also categories */
	IID_COST = 1,			  /* annotation names */
	IID_COUNT,
	IID_OTHER,
	IID_WAIT,      /* + what it followed */
	MAX_NAMES = 8, /* interned names of one sort */
	TEXT_LEN = 256,
};

static int put_clocks(struct trace_out *o)
{
	const struct {
		u32 id;
		u64 ns;
	} clocks[] = {{TRACE_CLOCK_BOOTTIME, clock_boot_ns()},
		      {TRACE_CLOCK_MONOTONIC, clock_ns()},
		      {TRACE_CLOCK_REALTIME, clock_read_ns(CLOCK_REALTIME)}};
	TracePacket p = TRACE_PACKET__INIT;
	ClockSnapshot s = CLOCK_SNAPSHOT__INIT;
	ClockSnapshot__Clock c[3], *list[3];

	for (int i = 0; i < 3; i++) {
		c[i] = (ClockSnapshot__Clock)CLOCK_SNAPSHOT__CLOCK__INIT;
		c[i].has_clock_id = c[i].has_timestamp = true;
		c[i].clock_id = clocks[i].id;
		c[i].timestamp = clocks[i].ns;
		list[i] = &c[i];
	}
	s.n_clocks = 3;
	s.clocks = list;
	s.has_primary_trace_clock = true;
	s.primary_trace_clock = TRACE_CLOCK_BOOTTIME;
	p.data_case = TRACE_PACKET__DATA_CLOCK_SNAPSHOT;
	p.clock_snapshot = &s;
	return trace_put(o, &p);
}

static int put_system(struct trace_out *o)
{
	TracePacket p = TRACE_PACKET__INIT;
	SystemInfo s = SYSTEM_INFO__INIT;
	Utsname u = UTSNAME__INIT;
	struct utsname name;

	uname(&name);
	u.sysname = name.sysname;
	u.version = name.version;
	u.release = name.release;
	u.machine = name.machine;
	s.utsname = &u;
	s.has_page_size = s.has_num_cpus = true;
	s.page_size = (u32)sysconf(_SC_PAGESIZE);
	s.num_cpus = (u32)sysconf(_SC_NPROCESSORS_CONF);
	p.data_case = TRACE_PACKET__DATA_SYSTEM_INFO;
	p.system_info = &s;
	return trace_put(o, &p);
}

/* Interned names of one sort, numbered from 1. */
struct names {
	size_t n;
	char text[MAX_NAMES][24];
	InternedData__Name names[MAX_NAMES], *list[MAX_NAMES];
};

static void add_name(struct names *n, const char *prefix, const char *name)
{
	InternedData__Name *new = &n->names[n->n];

	*new = (InternedData__Name)INTERNED_DATA__NAME__INIT;
	snprintf(n->text[n->n], sizeof(n->text[n->n]), "%s%s", prefix, name);
	new->has_iid = true;
	new->iid = n->n + 1;
	new->name = n->text[n->n];
	n->list[n->n++] = new;
}

/* The order is that of the numbers IID_*. */
static int put_interned(struct trace_out *o)
{
	struct names events = {0}, categories = {0}, annotations = {0};
	TracePacket p = TRACE_PACKET__INIT;
	InternedData d = INTERNED_DATA__INIT;

	for (int i = 0; i < NR_KINDS; i++)
		add_name(&events, "", kind_names[i]);
	add_name(&events, "", TRACE_EVENT_LOST);
	for (int i = 0; i < NR_FROMS; i++)
		add_name(&categories, TRACE_CATEGORY_FROM, from_names[i]);
	for (int i = 0; i < NR_REASONS; i++)
		add_name(&categories, "", reason_names[i]);
	add_name(&annotations, "", TRACE_NOTE_COST);
	add_name(&annotations, "", TRACE_NOTE_SWITCHES);
	add_name(&annotations, "", TRACE_NOTE_OTHER_TID);
	for (int i = 0; i < NR_WAITS; i++)
		add_name(&annotations, TRACE_NOTE_WAIT, wait_names[i]);
	d.n_event_names = events.n;
	d.event_names = events.list;
	d.n_event_categories = categories.n;
	d.event_categories = categories.list;
	d.n_debug_annotation_names = annotations.n;
	d.debug_annotation_names = annotations.list;
	p.interned_data = &d;
	p.has_sequence_flags = true;
	p.sequence_flags = TRACE_STATE_CLEARED;
	return trace_put(o, &p);
}

static int put_track(struct trace_out *o, u64 uuid, u64 parent, const char *name)
{
	TracePacket p = TRACE_PACKET__INIT;
	TrackDescriptor t = TRACK_DESCRIPTOR__INIT;

	t.has_uuid = true;
	t.uuid = uuid;
	t.has_parent_uuid = parent != 0;
	t.parent_uuid = parent;
	t.name = (char *)name;
	p.data_case = TRACE_PACKET__DATA_TRACK_DESCRIPTOR;
	p.track_descriptor = &t;
	return trace_put(o, &p);
}

static int put_tracks(struct trace_out *o, u32 cpus)
{
	int err = put_track(o, TRACK_TVTRACED, 0, TRACE_TRACK_TVTRACED);

	if (!err)
		err = put_track(o, TRACK_SWITCHES, 0, TRACE_TRACK_SWITCHES);
	for (u32 cpu = 0; cpu < cpus && !err; cpu++) {
		char name[24];

		snprintf(name, sizeof(name), TRACE_TRACK_CPU, cpu);
		err = put_track(o, TRACK_CPU_0 + cpu, TRACK_SWITCHES, name);
	}
	return err;
}

static void set_number(DebugAnnotation *a, u32 iid, u64 v)
{
	*a = (DebugAnnotation)DEBUG_ANNOTATION__INIT;
	a->has_name_iid = a->has_uint_value = true;
	a->name_iid = iid;
	a->uint_value = v;
}

static void annotate_iid(struct track_event *e, u32 iid, u64 v)
{
	set_number(track_event_annotate(e), iid, v);
}

/* Reads the first line of a file and escapes it; "" when the file is missing or empty. */
static void read_line(const char *path, char *text, size_t size)
{
	FILE *file = fopen(path, "re");
	char line[TEXT_LEN] = "";

	if (file && fgets(line, sizeof(line), file))
		line[strcspn(line, "\n")] = '\0';
	if (file)
		fclose(file);
	text[0] = '\0';
	if (line[0])
		name_escape(text, size, line, strlen(line));
}

static bool has_pcid(void)
{
	FILE *file = fopen("/proc/cpuinfo", "re");
	char *line = NULL;
	size_t room = 0;
	bool found = false;

	while (file && !found && getline(&line, &room, file) > 0)
		found = !strncmp(line, "flags", 5) && strstr(line, " pcid ");
	free(line);
	if (file)
		fclose(file);
	return found;
}

struct vulnerability {
	char name[64], text[TEXT_LEN];
};

static size_t read_vulnerabilities(struct vulnerability *v, size_t most)
{
	static const char directory[] = "/sys/devices/system/cpu/vulnerabilities";
	DIR *dir = opendir(directory);
	struct dirent *entry;
	size_t n = 0;

	while (dir && n < most && (entry = readdir(dir))) {
		char path[sizeof(directory) + sizeof(entry->d_name) + 1];

		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", directory, entry->d_name);
		snprintf(v[n].name, sizeof(v[n].name), "%.63s", entry->d_name);
		read_line(path, v[n].text, sizeof(v[n].text));
		n++;
	}
	if (dir)
		closedir(dir);
	return n;
}

static int put_capture(struct trace_out *o, const struct trace_setup *s, u64 ts_ns)
{
	struct vulnerability v[32];
	size_t n = read_vulnerabilities(v, ARRAY_SIZE(v));
	struct track_event e;

	track_event_init(&e, TRACE_INSTANT, TRACK_TVTRACED);
	e.event.name = TRACE_EVENT_CAPTURE;
	track_event_text(&e, TRACE_NOTE_VERSION, TVTRACED_VERSION);
	track_event_text(&e, TRACE_NOTE_COST_SOURCE, s->cost_source);
	track_event_number(&e, TRACE_NOTE_COST_BIAS, s->cost_bias_ns);
	track_event_text(&e, TRACE_NOTE_PCID, has_pcid() ? "yes" : "no");
	if (s->tlb)
		track_event_text(&e, TRACE_NOTE_TLB, "counted");
	if (s->tgid)
		track_event_number(&e, TRACE_NOTE_ONLY_TGID, s->tgid);
	if (s->application)
		track_event_text(&e, TRACE_NOTE_ONLY_APPLICATION, s->application);
	if (s->cpu >= 0)
		track_event_number(&e, TRACE_NOTE_ONLY_CPU, (u64)s->cpu);
	for (size_t i = 0; i < n; i++)
		track_event_text(&e, v[i].name, v[i].text);
	return track_event_put(o, &e, ts_ns);
}

int trace_head_write(struct trace_out *o, const struct trace_setup *s, u64 begin_ns)
{
	int err = put_clocks(o);

	if (!err)
		err = put_system(o);
	if (!err)
		err = put_interned(o);
	if (!err)
		err = put_tracks(o, s->cpus);
	return err ? err : put_capture(o, s, begin_ns);
}

static int put_tree(struct trace_out *o, ProcessTree *t, u64 ts_ns)
{
	TracePacket p = TRACE_PACKET__INIT;

	p.has_timestamp = true;
	p.timestamp = ts_ns;
	p.data_case = TRACE_PACKET__DATA_PROCESS_TREE;
	p.process_tree = t;
	return trace_put(o, &p);
}

static int put_group(struct trace_out *o, const struct trace_group *g, u64 ts_ns)
{
	struct track_event e;

	track_event_init(&e, TRACE_INSTANT, TRACK_TVTRACED);
	e.event.name = TRACE_EVENT_GROUP;
	track_event_number(&e, TRACE_NOTE_TGID, g->tgid);
	track_event_text(&e, TRACE_NOTE_APPLICATION, g->application);
	track_event_text(&e, TRACE_NOTE_APPLICATION_KIND, g->application_kind);
	return track_event_put(o, &e, ts_ns);
}

static int put_process(struct trace_out *o, const struct trace_group *g, u64 ts_ns)
{
	ProcessTree tree = PROCESS_TREE__INIT;
	ProcessTree__Process p = PROCESS_TREE__PROCESS__INIT, *list = &p;
	char *cmdline = g->name;

	p.has_pid = p.has_ppid = p.has_process_start_from_boot = p.has_is_kthread = true;
	p.pid = (int32_t)g->tgid;
	p.ppid = (int32_t)g->parent_tgid;
	p.n_cmdline = 1;
	p.cmdline = &cmdline;
	p.process_start_from_boot = g->start_ns;
	p.is_kthread = g->kernel;
	tree.n_processes = 1;
	tree.processes = &list;
	return put_tree(o, &tree, ts_ns);
}

int trace_head_task(struct trace_out *o, const struct traced_task *t, u64 ts_ns)
{
	ProcessTree tree = PROCESS_TREE__INIT;
	ProcessTree__Thread thread = PROCESS_TREE__THREAD__INIT, *list = &thread;

	thread.has_tid = thread.has_tgid = true;
	thread.tid = (int32_t)t->tid;
	thread.tgid = (int32_t)t->tgid;
	tree.n_threads = 1;
	tree.threads = &list;
	return put_tree(o, &tree, ts_ns);
}

/*
 * A task whose creation is in the trace must not be known before its creation: a reader would make
 * two tasks of it. The process tree therefore lists such tasks as of now_ns, and all others as of
 * begin_ns.
 */
int trace_head_tree(struct trace_out *o, const struct trace_setup *s, struct trace_names *n,
		    const struct trace_filter *f, u64 begin_ns, u64 now_ns)
{
	int err = 0;

	for (size_t i = 0; i < s->nr_groups && !err; i++) {
		const struct trace_group *g = &s->groups[i];
		const struct traced_task *leader =
			trace_names_find(n, g->tgid, BIRTH_OF(g->start_ns));

		if (!trace_filter_wants(f, g->tgid))
			continue;
		err = put_group(o, g, begin_ns);
		if (!err)
			err = put_process(o, g, leader && leader->created ? now_ns : begin_ns);
	}
	for (size_t i = 0; i < s->nr_tasks && !err; i++) {
		struct traced_task *t = trace_names_find(n, s->tasks[i].tid, s->tasks[i].birth);

		if (!trace_filter_wants(f, t->tgid))
			continue;
		t->told = true;
		err = trace_head_task(o, t, t->created ? now_ns : begin_ns);
	}
	return err;
}

int trace_head_switch(struct trace_out *o, u32 cpu, const struct switch_record *r, u32 other,
		      u64 ts_ns)
{
	DebugAnnotation numbers[3], *annotations[] = {&numbers[0], &numbers[1], &numbers[2]};
	TracePacket p = TRACE_PACKET__INIT;
	TrackEvent e = TRACK_EVENT__INIT;
	uint64_t categories[] = {IID_FROM + LABEL_FROM(r->label),
				 IID_REASON + LABEL_REASON(r->label)};

	e.has_type = e.has_track_uuid = e.has_name_iid = true;
	e.type = TRACE_INSTANT;
	e.track_uuid = TRACK_CPU_0 + cpu;
	e.name_iid = IID_KIND + LABEL_KIND(r->label);
	e.n_category_iids = 2;
	e.category_iids = categories;
	e.debug_annotations = annotations;
	if (r->cost_ns)
		set_number(&numbers[e.n_debug_annotations++], IID_COST, r->cost_ns);
	if (r->wait)
		set_number(&numbers[e.n_debug_annotations++], IID_WAIT + WAIT_AFTER(r->wait),
			   WAIT_NS(r->wait));
	if (other)
		set_number(&numbers[e.n_debug_annotations++], IID_OTHER, other);
	p.has_timestamp = p.has_sequence_flags = true;
	p.timestamp = ts_ns;
	p.sequence_flags = TRACE_NEEDS_STATE;
	p.data_case = TRACE_PACKET__DATA_TRACK_EVENT;
	p.track_event = &e;
	return trace_put(o, &p);
}

int trace_head_gap(struct trace_out *o, u32 cpu, u64 begin_ns, u64 end_ns, u64 count)
{
	struct track_event e;
	int err;

	track_event_init(&e, TRACE_SLICE_BEGIN, TRACK_CPU_0 + cpu);
	e.event.has_name_iid = true;
	e.event.name_iid = IID_LOST;
	if (count)
		annotate_iid(&e, IID_COUNT, count);
	err = track_event_put(o, &e, begin_ns);
	if (err)
		return err;
	track_event_init(&e, TRACE_SLICE_END, TRACK_CPU_0 + cpu);
	return track_event_put(o, &e, end_ns);
}

int trace_head_suspended(struct trace_out *o, u64 begin_ns, u64 end_ns)
{
	struct track_event e;
	int err;

	track_event_init(&e, TRACE_SLICE_BEGIN, TRACK_TVTRACED);
	e.event.name = TRACE_EVENT_SUSPENDED;
	track_event_number(&e, TRACE_NOTE_NS, end_ns - begin_ns);
	err = track_event_put(o, &e, begin_ns);
	if (err)
		return err;
	track_event_init(&e, TRACE_SLICE_END, TRACK_TVTRACED);
	return track_event_put(o, &e, end_ns);
}

int trace_head_end(struct trace_out *o, u64 begin_ns, u64 end_ns, u64 switches, u64 lost,
		   const char *reason)
{
	struct track_event e;

	track_event_init(&e, TRACE_INSTANT, TRACK_TVTRACED);
	e.event.name = TRACE_EVENT_END;
	track_event_number(&e, TRACE_NOTE_BEGIN, begin_ns);
	track_event_number(&e, TRACE_NOTE_SWITCHES, switches);
	track_event_number(&e, TRACE_NOTE_LOST, lost);
	if (reason)
		track_event_text(&e, TRACE_NOTE_REASON, reason);
	return track_event_put(o, &e, end_ns);
}
