// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "outputs/json.h"

#include <errno.h>
#include <json-c/json.h>

#include "outputs/json_parts.h"
#include "version.h"

static void print(FILE *out, json *o)
{
	fputs(json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN), out);
	json_object_put(o);
}

static void print_groups(FILE *out, const struct publication *p)
{
	const char *separator = "[";

	for (size_t i = 0; i < task_table_group_slots(p->tasks); i++) {
		const struct group *g = task_table_group(p->tasks, i);

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
		const struct ended *e = task_table_ended(p->tasks, i);

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

	for (size_t i = 0; i < task_table_thread_slots(p->tasks); i++) {
		const struct thread *t = task_table_thread(p->tasks, i);

		if (!t)
			continue;
		fputs(separator, out);
		print(out, json_part_thread(t));
		separator = ",";
	}
	fputc(']', out);
}

static json *version(const struct publication *p)
{
	(void)p;
	return json_object_new_string(TVTRACED_VERSION);
}

static json *kernel(const struct publication *p)
{
	return json_part_text(p->host->kernel);
}

static json *cost_source(const struct publication *p)
{
	return json_object_new_string(p->host->cost_source);
}

static json *cost_bias(const struct publication *p)
{
	return json_part_number(p->host->cost_bias_ns);
}

static json *time_now(const struct publication *p)
{
	return json_part_number(p->now_ns);
}

static json *interval(const struct publication *p)
{
	return json_part_number(p->interval_ns);
}

static json *uptime(const struct publication *p)
{
	return json_part_number(p->now_ns - p->host->start_ns);
}

static json * final(const struct publication *p)
{
	return json_object_new_boolean(p->final);
}

/* In the order in which they are printed. */
static const struct member {
	const char *key;
	json *(*make)(const struct publication *p);
	/* Instead, for lists too long to be built in memory as one tree. */
	void (*print)(FILE *out, const struct publication *p);
} members[] = {
	{"version", version, NULL},
	{"kernel", kernel, NULL},
	{"cost_source", cost_source, NULL},
	{"cost_bias_ns", cost_bias, NULL},
	{"features", json_part_features, NULL},
	{"time_ns", time_now, NULL},
	{"interval_ns", interval, NULL},
	{"uptime_ns", uptime, NULL},
	{"final", final, NULL},
	{"accounting", json_part_accounting, NULL},
	{"switches", json_part_switches, NULL},
	{"cost", json_part_cost, NULL},
	{"cost_by_from", json_part_cost_by_from, NULL},
	{"ring", json_part_ring, NULL},
	{"probe", json_part_probe, NULL},
	{"other", json_part_other, NULL},
	{"ended", NULL, print_ended},
	{"groups", NULL, print_groups},
	{"threads", NULL, print_threads},
};

int json_print(FILE *out, const struct publication *p)
{
	errno = 0;
	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		const struct member *m = &members[i];

		fprintf(out, "%s\"%s\":", i ? "," : "{", m->key);
		if (m->make)
			print(out, m->make(p));
		else
			m->print(out, p);
	}
	fputs("}\n", out);
	if (fflush(out) || ferror(out))
		return errno ? -errno : -EIO;
	return 0;
}
