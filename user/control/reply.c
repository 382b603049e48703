// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "control/reply.h"

#include <string.h>

#include "capture/capture.h"
#include "common/clock.h"
#include "common/text.h"
#include "control/parts.h"
#include "outputs/json_parts.h"
#include "protocol.h"
#include "version.h"

enum {
	BUFFERED_MOST = 256 << 10, /* limit of bytes that a client has not read yet */
	LOOKED_AT = 64,		   /* slots examined between two reads of the clock */
};

static void put(json *o, const char *key, json *value)
{
	json_object_object_add(o, key, value);
}

static json *host(const struct snapshot *s, const struct control_facts *f)
{
	const struct host_facts *h = s->host;
	json *o = json_object_new_object();

	put(o, "tvtraced", json_object_new_string(TVTRACED_VERSION));
	put(o, "kernel", json_part_text(h->kernel));
	put(o, "cost_source", json_object_new_string(h->cost_source));
	put(o, "cost_reason", h->cost_reason ? json_object_new_string(h->cost_reason) : NULL);
	put(o, "wait_reason", h->wait_reason ? json_object_new_string(h->wait_reason) : NULL);
	put(o, "cost_bias_ns", json_part_number(h->cost_bias_ns));
	put(o, "creation_source", json_object_new_string(h->creation->source));
	put(o, "creation_reason",
	    h->creation->reason ? json_object_new_string(h->creation->reason) : NULL);
	put(o, "creation_warning",
	    h->creation->warning ? json_object_new_string(h->creation->warning) : NULL);
	put(o, "creation_bias_ns", json_part_number(h->creation->bias_ns));
	put(o, "tlb_counting", json_object_new_boolean(s->accounting.tlb_counting));
	put(o, "tlb_counted_ns", json_part_number(s->accounting.tlb_counted_ns));
	put(o, "cpus", json_part_number(f->cpus));
	put(o, "start_ns", json_part_number(h->start_ns));
	put(o, "uptime_ns", json_part_number(s->time_ns - h->start_ns));
	return o;
}

static json *probe(const struct snapshot *s, const struct control_facts *f)
{
	json *o = json_part_probe(s);

	put(o, "own_cpu_ns", json_part_number(s->own_cpu_ns));
	put(o, "own_rss_bytes", json_part_number(s->own_rss_bytes));
	put(o, "longest_pause_ns", json_part_number(f->longest_pause_ns));
	return o;
}

static json *recent(const struct snapshot *s, const struct control_facts *f)
{
	struct recent_sample grown = recent_growth(&f->recent, s->time_ns, &s->accounting);
	json *o = json_object_new_object();

	put(o, "span_ns", json_part_number(grown.time_ns));
	put(o, "seen", json_part_number(grown.seen));
	put(o, "spilled", json_part_number(grown.spilled));
	put(o, "unseen",
	    s->host->features->has[FEATURE_RUN_QUEUE_COUNT] ? json_part_number(grown.unseen)
							    : NULL);
	put(o, "task_events_lost", json_part_number(grown.task_events_lost));
	return o;
}

static json *tables(const struct snapshot *s, const struct control_facts *f)
{
	json *o = json_object_new_object();

	put(o, "threads", json_part_number(task_table_nr_threads(s->tasks)));
	put(o, "max_threads", json_part_number(task_table_max_threads(s->tasks)));
	put(o, "groups", json_part_number(task_table_nr_groups(s->tasks)));
	put(o, "max_groups", json_part_number(task_table_max_groups(s->tasks)));
	put(o, "clients", json_part_number(f->clients));
	put(o, "max_clients", json_part_number(f->max_clients));
	return o;
}

static json *captures(const struct snapshot *s, const struct control_facts *f)
{
	u64 oldest = recorder_oldest_ns(f->recorder);
	json *o = json_object_new_object();

	put(o, "running", json_part_number(capture_count()));
	put(o, "recorder_bytes", json_part_number(recorder_bytes(f->recorder)));
	put(o, "max_recorder_bytes", json_part_number(recorder_limit(f->recorder)));
	put(o, "recorder_span_ns",
	    json_part_number(oldest && oldest < s->time_ns ? s->time_ns - oldest : 0));
	return o;
}

static json *nr_groups(const struct snapshot *s)
{
	return json_part_number(task_table_nr_groups(s->tasks));
}

static json *nr_threads(const struct snapshot *s)
{
	return json_part_number(task_table_nr_threads(s->tasks));
}

static bool changed_group(const struct reply *reply, const struct group *g)
{
	return g->changed > reply->since;
}

static bool described_group(const struct reply *reply, const struct group *g)
{
	return g->described > reply->since;
}

static bool any_group(const struct reply *reply, const struct group *g)
{
	(void)reply, (void)g;
	return true;
}

static bool is_named(const struct request *r, const char *comm, const char *application)
{
	char name[REQUEST_NAME_LEN];

	if (r->comm[0] && strcmp(r->comm, name_escape(name, sizeof(name), comm, COMM_LEN)) != 0)
		return false;
	return !r->application[0] ||
	       !strcmp(r->application,
		       name_escape(name, sizeof(name), application, strlen(application)));
}

static bool is_wanted(const struct request *r, const struct group *g)
{
	return !(r->has_tgid && r->tgid != g->tgid) && is_named(r, g->comm, g->application);
}

/*
 * Lists the ended groups of one program's entry (ended: its id) or of all (0). NULL: too many have
 * ended to remember them all.
 */
static json *gone(const struct reply *reply, const struct task_table *tasks, u64 ended)
{
	json *list;
	size_t n;

	/* A client without an earlier reply knows no groups, so none can have ended for it. */
	if (!reply->since)
		return json_object_new_array_ext(0);
	if (!task_table_ends(tasks, reply->since, &n))
		return NULL;
	list = json_object_new_array();
	for (size_t i = 0; i < n; i++) {
		const struct group_end *e = task_table_end(tasks, i);
		json *id;

		if (ended && e->ended != ended)
			continue;
		id = json_object_new_array_ext(2);
		json_object_array_add(id, json_part_number(e->tgid));
		json_object_array_add(id, json_part_number(e->start_ns));
		json_object_array_add(list, id);
	}
	return list;
}

static json *all_gone(const struct reply *reply, const struct task_table *tasks)
{
	return gone(reply, tasks, 0);
}

static json *entry_ended(const struct reply *reply, const struct request *r,
			 const struct task_table *tasks)
{
	const struct ended *e = task_table_ended(tasks, reply->slot);
	json *o;

	if (!e || r->has_tgid || e->changed <= reply->since ||
	    !is_named(r, e->comm, e->application))
		return NULL;
	o = json_part_ended(e);
	put(o, "gone", gone(reply, tasks, e->id));
	return o;
}

static json *entry_thread(const struct reply *reply, const struct request *r,
			  const struct task_table *tasks)
{
	const struct thread *t = task_table_thread(tasks, reply->slot);

	if (!t || (r->has_tgid && r->tgid != t->group->tgid) || t->changed <= reply->since)
		return NULL;
	return json_part_thread(t);
}

static size_t ended_slots(const struct task_table *tasks)
{
	(void)tasks;
	return MAX_ENDED;
}

static const struct part {
	json *(*make)(const struct snapshot *s);
	json *(*make_control)(const struct snapshot *s, const struct control_facts *f);
	json *(*make_since)(const struct reply *reply, const struct task_table *tasks);
	/* The members below are for lists. */
	json *(*make_group)(const struct group *g);
	bool (*select)(const struct reply *reply, const struct group *g);
	json *(*make_entry)(const struct reply *reply, const struct request *r,
			    const struct task_table *tasks);
	size_t (*slots)(const struct task_table *tasks);
} parts[NR_PARTS] = {
	[PART_HOST] = {.make_control = host},
	[PART_FEATURES] = {.make = json_part_features},
	[PART_ACCOUNTING] = {.make = json_part_accounting},
	[PART_SWITCHES] = {.make = json_part_switches},
	[PART_COST] = {.make = json_part_cost},
	[PART_COST_BY_FROM] = {.make = json_part_histograms},
	[PART_COST_SUMS] = {.make = json_part_cost_by_from},
	[PART_WAIT_BY_AFTER] = {.make = json_part_wait_histograms},
	[PART_CREATIONS] = {.make = json_part_creations},
	[PART_TLB] = {.make = json_part_tlb},
	[PART_RING] = {.make = json_part_ring},
	[PART_PROBE] = {.make_control = probe},
	[PART_RECENT] = {.make_control = recent},
	[PART_TABLES] = {.make_control = tables},
	[PART_CAPTURES] = {.make_control = captures},
	[PART_OTHER] = {.make = json_part_other},
	[PART_NR_GROUPS] = {.make = nr_groups},
	[PART_NR_THREADS] = {.make = nr_threads},
	[PART_GONE] = {.make_since = all_gone},
	[PART_GROUPS] = {.make_group = json_part_group, .select = changed_group},
	[PART_GROUP_COUNTS] = {.make_group = json_part_group_counts, .select = changed_group},
	[PART_GROUP_NAMES] = {.make_group = json_part_group_name, .select = described_group},
	[PART_GROUP_COST] = {.make_group = json_part_group_cost, .select = any_group},
	[PART_THREADS] = {.make_entry = entry_thread, .slots = task_table_thread_slots},
	[PART_ENDED] = {.make_entry = entry_ended, .slots = ended_slots},
};

static void add_json(struct buffer *out, json *o)
{
	size_t len;
	const char *text = json_object_to_json_string_length(o, JSON_C_TO_STRING_PLAIN, &len);

	buffer_add(out, text, len);
	json_object_put(o);
}

static void add_key(struct buffer *out, const char *key)
{
	buffer_add_text(out, ",\"");
	buffer_add_text(out, key);
	buffer_add_text(out, "\":");
}

/* Returns false when the part is a list. A *value of NULL is a JSON null. */
static bool make_value(json **value, const struct part *part, const struct reply *reply,
		       const struct snapshot *s, const struct control_facts *facts)
{
	if (part->make)
		*value = part->make(s);
	else if (part->make_control)
		*value = part->make_control(s, facts);
	else if (part->make_since)
		*value = part->make_since(reply, s->tasks);
	else
		return false;
	return true;
}

void reply_begin(struct reply *reply, const struct request *r, u64 since, u64 seq,
		 const struct snapshot *s, const struct control_facts *facts, struct buffer *out)
{
	*reply = (struct reply){.parts = r->parts, .since = since};
	buffer_add_text(out, "{\"version\":");
	add_json(out, json_object_new_int(PROTOCOL_VERSION));
	add_key(out, "seq");
	add_json(out, json_part_number(seq));
	add_key(out, "time_ns");
	add_json(out, json_part_number(s->time_ns));
	for (int i = 0; i < NR_PARTS; i++) {
		json *value;

		if (!(r->parts & 1u << i) || !make_value(&value, &parts[i], reply, s, facts))
			continue;
		add_key(out, part_name((enum part_id)i));
		add_json(out, value);
		reply->parts &= ~(1u << i);
	}
}

/*
 * Makes the entry of the current slot; NULL when the slot is empty or its entry is not requested.
 */
static json *entry(const struct reply *reply, const struct request *r,
		   const struct task_table *tasks, const struct part *part)
{
	struct group *g;

	if (part->make_entry)
		return part->make_entry(reply, r, tasks);
	g = task_table_group(tasks, reply->slot);
	if (!g || !part->select(reply, g) || !is_wanted(r, g))
		return NULL;
	g->told = true;
	return part->make_group(g);
}

/* Adds entries until until_ns or until the buffer is full. Returns whether the list is complete. */
static bool continue_list(struct reply *reply, const struct request *r,
			  const struct task_table *tasks, const struct part *part, u64 until_ns,
			  struct buffer *out)
{
	size_t slots = part->slots ? part->slots(tasks) : task_table_group_slots(tasks);

	/*
	 * Skipping a slot is cheap, but an entry may have hundreds of buckets, so check the clock
	 * after each entry.
	 */
	for (json *o = NULL; reply->slot < slots; reply->slot++) {
		if (buffer_len(out) >= BUFFERED_MOST ||
		    ((o || !(reply->slot % LOOKED_AT)) && clock_ns() > until_ns))
			break;
		o = entry(reply, r, tasks, part);
		if (!o)
			continue;
		if (reply->begun)
			buffer_add_text(out, ",");
		reply->begun = true;
		add_json(out, o);
	}
	return reply->slot >= slots;
}

bool reply_continue(struct reply *reply, const struct request *r, const struct task_table *tasks,
		    u64 until_ns, struct buffer *out)
{
	for (int i = 0; i < NR_PARTS; i++) {
		if (!(reply->parts & 1u << i))
			continue;
		if (!reply->in_list) {
			add_key(out, part_name((enum part_id)i));
			buffer_add_text(out, "[");
			reply->in_list = true;
			reply->begun = false;
			reply->slot = 0;
		}
		if (!continue_list(reply, r, tasks, &parts[i], until_ns, out))
			return false;
		buffer_add_text(out, "]");
		reply->in_list = false;
		reply->parts &= ~(1u << i);
	}
	buffer_add_text(out, "}\n");
	return true;
}
