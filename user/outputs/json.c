// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "outputs/json.h"

#include <errno.h>
#include <json-c/json.h>

#include "common/array.h"
#include "outputs/json_parts.h"
#include "protocol.h"
#include "version.h"

static void print(FILE *out, json *o)
{
	fputs(json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN), out);
	json_object_put(o);
}

static void print_groups(FILE *out, const struct publication *p)
{
	const char *separator = "[";

	for (size_t i = 0; i < task_table_group_slots(p->now.tasks); i++) {
		const struct group *g = task_table_group(p->now.tasks, i);

		if (!g)
			continue;
		fputs(separator, out);
		print(out, json_part_group(g));
		separator = ",";
	}
	fputc(']', out);
}

static void print_ended(FILE *out, const struct publication *p)
{
	const char *separator = "";

	fputc('[', out);
	for (size_t i = 0; i < MAX_ENDED; i++) {
		const struct ended *e = task_table_ended(p->now.tasks, i);

		if (!e)
			continue;
		fputs(separator, out);
		print(out, json_part_ended(e));
		separator = ",";
	}
	fputc(']', out);
}

static void print_threads(FILE *out, const struct publication *p)
{
	const char *separator = "[";

	for (size_t i = 0; i < task_table_thread_slots(p->now.tasks); i++) {
		const struct thread *t = task_table_thread(p->now.tasks, i);

		if (!t)
			continue;
		fputs(separator, out);
		print(out, json_part_thread(t));
		separator = ",";
	}
	fputc(']', out);
}

/* doc/json.md says when this number changes. */
static json *schema(const struct publication *p)
{
	(void)p;
	return json_object_new_int(JSON_SCHEMA);
}

static json *version(const struct publication *p)
{
	(void)p;
	return json_object_new_string(TVTRACED_VERSION);
}

static json *kernel(const struct publication *p)
{
	return json_part_text(p->now.host->kernel);
}

static json *cost_source(const struct publication *p)
{
	return json_object_new_string(p->now.host->cost_source);
}

static json *cost_bias(const struct publication *p)
{
	return json_part_number(p->now.host->cost_bias_ns);
}

static json *creation_source(const struct publication *p)
{
	return json_object_new_string(p->now.host->creation->source);
}

static json *creation_bias(const struct publication *p)
{
	return json_part_number(p->now.host->creation->bias_ns);
}

static json *creation_reason(const struct publication *p)
{
	const char *reason = p->now.host->creation->reason;

	return reason ? json_object_new_string(reason) : NULL;
}

static json *tlb_counting(const struct publication *p)
{
	return json_object_new_boolean(p->now.accounting.tlb_counting);
}

static json *tlb_counted(const struct publication *p)
{
	return json_part_number(p->now.accounting.tlb_counted_ns);
}

static json *time_now(const struct publication *p)
{
	return json_part_number(p->now.time_ns);
}

static json *interval(const struct publication *p)
{
	return json_part_number(p->interval_ns);
}

static json *uptime(const struct publication *p)
{
	return json_part_number(p->now.time_ns - p->now.host->start_ns);
}

static json * final(const struct publication *p)
{
	return json_object_new_boolean(p->final);
}

/* The members are in the order in which they are printed. */
static const struct member {
	const char *key;
	json *(*part)(const struct snapshot *s);
	/* Instead of part: for members that need the publication or exist only in --json. */
	json *(*make)(const struct publication *p);
	/* Instead of part: for lists too long to be built in memory as one tree. */
	void (*print)(FILE *out, const struct publication *p);
} members[] = {
	{"schema", .make = schema},
	{"version", .make = version},
	{"kernel", .make = kernel},
	{"cost_source", .make = cost_source},
	{"cost_bias_ns", .make = cost_bias},
	{"creation_source", .make = creation_source},
	{"creation_bias_ns", .make = creation_bias},
	{"creation_reason", .make = creation_reason},
	{"features", .part = json_part_features},
	{"time_ns", .make = time_now},
	{"interval_ns", .make = interval},
	{"uptime_ns", .make = uptime},
	{"final", .make = final},
	{"accounting", .part = json_part_accounting},
	{"switches", .part = json_part_switches},
	{"cost", .part = json_part_cost},
	{"cost_by_from", .part = json_part_cost_by_from},
	{"wait", .part = json_part_wait},
	{"wait_by_after", .part = json_part_wait_by_after},
	{"creations", .part = json_part_creations},
	{"tlb", .part = json_part_tlb},
	{"tlb_counting", .make = tlb_counting},
	{"tlb_counted_ns", .make = tlb_counted},
	{"ring", .part = json_part_ring},
	{"probe", .part = json_part_probe},
	{"other", .part = json_part_other},
	{"ended", .print = print_ended},
	{"groups", .print = print_groups},
	{"threads", .print = print_threads},
};

int json_print(FILE *out, const struct publication *p)
{
	errno = 0;
	for (size_t i = 0; i < ARRAY_SIZE(members); i++) {
		const struct member *m = &members[i];

		fprintf(out, "%s\"%s\":", i ? "," : "{", m->key);
		if (m->part)
			print(out, m->part(&p->now));
		else if (m->make)
			print(out, m->make(p));
		else
			m->print(out, p);
	}
	fputs("}\n", out);
	if (fflush(out) || ferror(out))
		return errno ? -errno : -EIO;
	return 0;
}
