// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What a client knows, against a host of the test's own, whose replies are as doc/protocol.md says:
 * each switch is told once, to the group or to the program of those that have ended.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/command.h"
#include "common/names.h"
#include "daemon_end.h"
#include "lists/model.h"
#include "record.h"
#include "taken_output.h"
#include "unit.h"

enum { MOST_GROUPS = 4000, PROGRAMS = 7, REFRESHES = 400, REQUESTS = 4096, NAME_ROOM = 32 };

#define STEP_NS 250000000ULL

struct host_group {
	u32 tgid, program, threads;
	u64 start_ns, ended_threads;
	struct charges total, before; /* before: at the refresh before */
	struct created created, created_before;
	u64 ended_before;
	u64 changed, described, gone; /* by number of the reply; gone 0: it lives */
	bool told;
};

struct host_program {
	struct charges total, grown; /* grown: by what was charged since the refresh before */
	struct created created, created_grown;
	u64 groups, groups_before;
	u64 changed;
};

struct host {
	struct host_group groups[MOST_GROUPS];
	size_t n;
	struct host_program programs[PROGRAMS];
	u64 seq, time_ns;
	struct charges grown; /* of all */
	struct created created_grown;
	uint64_t random;
};

static const char *program_name_of(u32 program, char name[NAME_ROOM])
{
	snprintf(name, NAME_ROOM, "prog%u", program);
	return name;
}

/* One to three of an application. */
static const char *application_of_program(u32 program, char name[NAME_ROOM])
{
	snprintf(name, NAME_ROOM, "app%u.service", program / 3);
	return name;
}

static void print_numbers(FILE *f, const u64 *v, int n)
{
	for (int i = 0; i < n; i++)
		fprintf(f, "%s%" PRIu64, i ? "," : "[", v[i]);
	fputs("]", f);
}

static void print_named(FILE *f, const char *key, const char *const *names, const u64 *v, int n)
{
	fprintf(f, "\"%s\":{", key);
	for (int i = 0; i < n; i++)
		fprintf(f, "%s\"%s\":%" PRIu64, i ? "," : "", names[i], v[i]);
	fputs("},", f);
}

static void print_by_kind(FILE *f, const char *key, const u64 v[NR_KINDS])
{
	print_named(f, key, kind_names, v, NR_KINDS);
}

static void print_counts(FILE *f, const struct host_group *g)
{
	fprintf(f, "[%u,%" PRIu64 ",%u,", g->tgid, g->start_ns, g->threads);
	print_numbers(f, g->total.switches, NR_KINDS);
	fputs(",", f);
	print_numbers(f, g->total.cost_ns, NR_KINDS);
	fputs(",", f);
	print_numbers(f, g->total.reasons, NR_REASONS);
	fputs(",", f);
	print_numbers(f, g->total.user_switches, NR_KINDS);
	fputs(",", f);
	print_numbers(f, g->total.user_cost_ns, NR_KINDS);
	fprintf(f, ",%" PRIu64 ",", g->ended_threads);
	print_numbers(f, g->total.waits, NR_WAITS);
	fputs(",", f);
	print_numbers(f, g->total.wait_ns, NR_WAITS);
	if (created_any(&g->created)) {
		fputs(",", f);
		print_numbers(f, g->created.count, NR_CREATIONS);
		fputs(",", f);
		print_numbers(f, g->created.timed, NR_CREATIONS);
		fputs(",", f);
		print_numbers(f, g->created.duration_ns, NR_CREATIONS);
		fprintf(f, ",%" PRIu64, g->created.resident_bytes);
	}
	fputs("]", f);
}

static void print_application(FILE *f, u32 program)
{
	char name[NAME_ROOM];

	fprintf(f, "\"application\":{\"name\":\"%s\",\"kind\":\"unit\"}",
		application_of_program(program, name));
}

static void print_name(FILE *f, const struct host_group *g)
{
	char name[NAME_ROOM];

	fprintf(f,
		"{\"tgid\":%u,\"comm\":\"%s\",\"start_ns\":%" PRIu64
		",\"ppid\":1,\"cmdline\":null,\"cgroup\":null,",
		g->tgid, program_name_of(g->program, name), g->start_ns);
	print_application(f, g->program);
	fputs("}", f);
}

static const char *separator(bool *begun)
{
	const char *text = *begun ? "," : "";

	*begun = true;
	return text;
}

static void print_gone(FILE *f, const struct host *h, u64 since, int program)
{
	bool begun = false;

	fputs("\"gone\":[", f);
	for (size_t i = 0; i < h->n; i++) {
		const struct host_group *g = &h->groups[i];

		if (g->gone > since && g->told && (program < 0 || g->program == (u32)program))
			fprintf(f, "%s[%u,%" PRIu64 "]", separator(&begun), g->tgid, g->start_ns);
	}
	fputs("]", f);
}

static void print_created(FILE *f, const struct created *c)
{
	if (!created_any(c)) {
		fputs("\"created\":null,", f);
		return;
	}
	fputs("\"created\":{", f);
	print_named(f, "count", creation_names, c->count, NR_CREATIONS);
	print_named(f, "timed", creation_names, c->timed, NR_CREATIONS);
	print_named(f, "duration_ns", creation_names, c->duration_ns, NR_CREATIONS);
	fputs("\"resident_bytes\":null},", f);
}

static void print_program(FILE *f, const struct host *h, u32 i, u64 since, bool too_many)
{
	const struct host_program *p = &h->programs[i];
	char name[NAME_ROOM];

	fprintf(f,
		"{\"id\":%u,\"comm\":\"%s\",\"cgroup\":null,\"groups\":%" PRIu64 ",\"threads\":0,",
		i + 1, program_name_of(i, name), p->groups);
	print_by_kind(f, "switches", p->total.switches);
	print_by_kind(f, "cost_ns", p->total.cost_ns);
	print_by_kind(f, "from_user", p->total.user_switches);
	print_by_kind(f, "from_user_cost_ns", p->total.user_cost_ns);
	for (int r = 0; r < NR_REASONS; r++)
		fprintf(f, "\"%s\":%" PRIu64 ",", reason_names[r], p->total.reasons[r]);
	print_named(f, "waits", wait_names, p->total.waits, NR_WAITS);
	print_named(f, "wait_ns", wait_names, p->total.wait_ns, NR_WAITS);
	print_created(f, &p->created);
	if (too_many)
		fputs("\"gone\":null", f);
	else
		print_gone(f, h, since, (int)i);
	fputs(",", f);
	print_application(f, i);
	fputs("}", f);
}

/* too_many: have ended for the daemon to remember. */
static char *reply_of(struct host *h, u64 since, bool too_many)
{
	bool begun = false;
	char *text;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	assert_non_null(f);
	fprintf(f, "{\"version\":1,\"seq\":%" PRIu64 ",\"time_ns\":%" PRIu64 ",", h->seq,
		h->time_ns);
	if (too_many)
		fputs("\"gone\":null", f);
	else
		print_gone(f, h, since, -1);
	fputs(",\"group_counts\":[", f);
	for (size_t i = 0; i < h->n; i++) {
		struct host_group *g = &h->groups[i];

		if (g->gone || g->changed <= since)
			continue;
		fputs(separator(&begun), f);
		print_counts(f, g);
		g->told = true;
	}
	begun = false;
	fputs("],\"group_names\":[", f);
	for (size_t i = 0; i < h->n; i++)
		if (!h->groups[i].gone && h->groups[i].described > since) {
			fputs(separator(&begun), f);
			print_name(f, &h->groups[i]);
		}
	begun = false;
	fputs("],\"ended\":[", f);
	for (u32 i = 0; i < PROGRAMS; i++)
		if (h->programs[i].changed > since) {
			fputs(separator(&begun), f);
			print_program(f, h, i, since, too_many);
		}
	fputs("]}\n", f);
	fclose(f);
	return text;
}

static void charge(struct host *h, struct host_group *g)
{
	for (u64 n = next_random(&h->random) % 5; n > 0; n--) {
		const struct switch_record r = {
			.label = (u8)(next_random(&h->random) % NR_LABELS),
			.cost_ns = next_random(&h->random) % 5000,
			.wait = WAIT_OF(next_random(&h->random) % 90000,
					next_random(&h->random) % NR_WAITS),
		};

		charges_add_in(&g->total, &r);
		charges_add_out(&g->total, &r);
		charges_add_in(&h->grown, &r);
		charges_add_out(&h->grown, &r);
		g->changed = h->seq;
	}
}

static void create(struct host *h, struct host_group *g)
{
	enum creation kind = (enum creation)(next_random(&h->random) % NR_CREATIONS);
	struct created c = {0};

	c.count[kind] = 1;
	c.timed[kind] = next_random(&h->random) % 2;
	c.duration_ns[kind] = c.timed[kind] * (next_random(&h->random) % 90000);
	created_add(&g->created, &c);
	created_add(&h->created_grown, &c);
	g->created.resident_bytes = next_random(&h->random) % 5000000;
	g->changed = h->seq;
}

/* Ids come again, with another start. */
static void begin_group(struct host *h)
{
	struct host_group *g = &h->groups[h->n];

	if (h->n == MOST_GROUPS)
		return;
	*g = (struct host_group){.tgid = 1 + (u32)h->n % 50,
				 .program = (u32)(next_random(&h->random) % PROGRAMS),
				 .threads = 1,
				 .start_ns = ((u64)++h->n << 10) + 5,
				 .changed = h->seq,
				 .described = h->seq};
}

static void end_group(struct host *h, struct host_group *g)
{
	struct host_program *p = &h->programs[g->program];
	struct charges grown = charges_since(&g->total, &g->before);
	struct created created_grown = created_since(&g->created, &g->created_before);

	created_add(&p->created, &g->created);
	created_add(&p->created_grown, &created_grown);
	charges_add(&p->total, &g->total);
	charges_add(&p->grown, &grown);
	p->groups++;
	p->changed = h->seq;
	g->gone = h->seq;
}

static void live_on(struct host *h)
{
	h->seq++;
	h->time_ns += STEP_NS;
	for (u64 n = next_random(&h->random) % 12; n > 0; n--)
		begin_group(h);
	for (size_t i = 0; i < h->n; i++) {
		struct host_group *g = &h->groups[i];

		if (g->gone)
			continue;
		if (next_random(&h->random) % 3 == 0)
			charge(h, g);
		if (next_random(&h->random) % 4 == 0)
			create(h, g);
		if (next_random(&h->random) % 10 == 0) {
			g->ended_threads++;
			g->changed = h->seq;
		}
		/* Some before anybody was told of them. */
		if (next_random(&h->random) % 8 == 0)
			end_group(h, g);
	}
}

static void remember(struct host *h)
{
	for (size_t i = 0; i < h->n; i++) {
		h->groups[i].before = h->groups[i].total;
		h->groups[i].created_before = h->groups[i].created;
		h->groups[i].ended_before = h->groups[i].ended_threads;
	}
	for (int i = 0; i < PROGRAMS; i++) {
		h->programs[i].grown = (struct charges){0};
		h->programs[i].created_grown = (struct created){0};
		h->programs[i].groups_before = h->programs[i].groups;
	}
	h->grown = (struct charges){0};
	h->created_grown = (struct created){0};
}

static const struct row *find_row(const struct model *m, u32 tgid, u64 start_ns)
{
	for (size_t i = 0; i < model_nr_rows(m); i++) {
		const struct row *r = model_row(m, i);

		if (!r->ended && r->tgid == tgid && r->start_ns == start_ns)
			return r;
	}
	return NULL;
}

static const struct row *find_program(const struct model *m, const char *name)
{
	for (size_t i = 0; i < model_nr_rows(m); i++)
		if (model_row(m, i)->ended && !strcmp(model_row(m, i)->name, name))
			return model_row(m, i);
	return NULL;
}

static void check_charges(const struct charges *a, const struct charges *b)
{
	assert_memory_equal(a, b, sizeof(*a));
}

/* resident_bytes is of one group at a time. */
static void check_created(const struct created *a, const struct created *b)
{
	struct created expected = *b;

	expected.resident_bytes = a->resident_bytes;
	assert_memory_equal(a, &expected, sizeof(*a));
}

static size_t check_living(const struct model *m, const struct host *h, bool first)
{
	size_t living = 0;

	for (size_t i = 0; i < h->n; i++) {
		const struct host_group *g = &h->groups[i];
		const struct row *r = find_row(m, g->tgid, g->start_ns);
		struct charges grown = charges_since(&g->total, &g->before);
		struct created created = created_since(&g->created, &g->created_before);
		char name[NAME_ROOM];

		if (g->gone) {
			assert_null(r);
			continue;
		}
		living++;
		assert_non_null(r);
		check_charges(&r->total, &g->total);
		check_charges(&r->grown, first ? &(struct charges){0} : &grown);
		check_created(&r->created, first ? &(struct created){0} : &created);
		assert_int_equal(r->created.resident_bytes, first ? 0 : created.resident_bytes);
		assert_int_equal(r->nr_ended, first ? 0 : g->ended_threads - g->ended_before);
		assert_int_equal(r->cost_ns, first ? 0 : charges_cost_ns(&grown));
		assert_int_equal(r->total_cost_ns, charges_cost_ns(&g->total));
		assert_int_equal(r->threads, g->threads);
		assert_int_equal(r->ppid, 1);
		assert_string_equal(r->name, program_name_of(g->program, name));
		assert_string_equal(r->application, application_of_program(g->program, name));
		assert_string_equal(r->kind, "unit");
		assert_string_equal(r->cmdline, "");
	}
	return living;
}

/* A row for each program of which something ended; nothing can be said when too much did. */
static size_t check_ended(const struct model *m, const struct host *h, bool silent)
{
	size_t shown = 0;

	for (u32 i = 0; i < PROGRAMS; i++) {
		const struct host_program *p = &h->programs[i];
		u64 nr = p->groups - p->groups_before;
		char name[NAME_ROOM];
		const struct row *r = find_program(m, program_name_of(i, name));

		if (silent || !nr) {
			assert_null(r);
			continue;
		}
		shown++;
		assert_non_null(r);
		check_charges(&r->grown, &p->grown);
		check_created(&r->created, &p->created_grown);
		assert_int_equal(r->nr_ended, nr);
		assert_int_equal(r->threads, nr);
		assert_string_equal(r->application, application_of_program(i, name));
	}
	return shown;
}

/* Applications have all of it, and each only its own. */
static void check_applications(const struct model *m, const struct charges *grown,
			       const struct created *created)
{
	struct created all_created = {0};
	struct charges sum = {0};
	size_t n, groups = 0, living = 0;
	u64 nr_ended = 0, programs_ended = 0;
	struct row *applications = model_applications(m, &n);

	for (size_t i = 0; i < model_nr_rows(m); i++) {
		living += !model_row(m, i)->ended;
		programs_ended += model_row(m, i)->ended ? model_row(m, i)->nr_ended : 0;
	}
	for (size_t i = 0; i < n; i++) {
		charges_add(&sum, &applications[i].grown);
		created_add(&all_created, &applications[i].created);
		groups += applications[i].groups;
		nr_ended += applications[i].nr_ended;
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(applications[i].name, applications[j].name);
	}
	if (grown) {
		check_charges(&sum, grown);
		check_created(&all_created, created);
	}
	assert_int_equal(groups, living);
	assert_int_equal(nr_ended, programs_ended);
	free(applications);
}

static void check_requests(struct daemon_end *d, u64 since, bool twice)
{
	char text[REQUESTS], expected[64];
	const char *second;

	daemon_end_requests(d, text, sizeof(text));
	snprintf(expected, sizeof(expected), "\"since\":%" PRIu64 "}\n", since);
	second = strstr(text, expected);
	assert_non_null(second);
	second += strlen(expected);
	if (twice)
		assert_non_null(strstr(second, "\"since\":0}\n"));
	else
		assert_string_equal(second, "");
}

static void agrees_with_a_host(void **state)
{
	struct host *h = calloc(1, sizeof(*h));
	struct daemon_end d;
	struct model *m;

	(void)state;
	assert_non_null(h);
	h->random = 1;
	daemon_end_open(&d);
	m = model_new(d.session, MODEL_GROUPS, 0);
	for (u64 i = 0; i < REFRESHES; i++) {
		bool first = !i, too_many = i && next_random(&h->random) % 10 == 0;
		u64 since = h->seq;
		char *reply;
		size_t rows;

		live_on(h);
		reply = reply_of(h, since, too_many);
		daemon_end_reply(&d, reply);
		free(reply);
		if (too_many) {
			reply = reply_of(h, 0, too_many);
			daemon_end_reply(&d, reply);
			free(reply);
		}
		assert_int_equal(model_refresh(m), CLIENT_OK);
		check_requests(&d, since, too_many);
		assert_int_equal(model_time_ns(m), h->time_ns);
		assert_int_equal(model_interval_ns(m), first ? 0 : STEP_NS);
		rows = check_living(m, h, first) + check_ended(m, h, first || too_many);
		assert_int_equal(model_nr_rows(m), rows);
		check_applications(m, first || too_many ? NULL : &h->grown, &h->created_grown);
		remember(h);
	}
	model_free(m);
	daemon_end_close(&d);
	free(h);
}

/* Threads of a group: what it has grown by and none of those that live is of those that ended. */
static void threads_that_ended_have_the_rest(void **state)
{
	static const char *const replies[] = {
		"{\"version\":1,\"seq\":1,\"time_ns\":1000000000,\"group_counts\":[[7,1024,2,"
		"[10,20,0,0],[100,200,0,0],[3,4],[1,2,0,0],[10,20,0,0],5]],\"group_names\":[{"
		"\"tgid\":7,\"comm\":\"g\",\"start_ns\":1024,\"ppid\":3}],\"threads\":["
		"{\"tid\":7,\"tgid\":7,\"comm\":\"a\",\"start_ns\":1024,\"in\":{\"thread\":10},"
		"\"cost_ns\":{\"thread\":100},\"out\":{\"voluntary\":3}},"
		"{\"tid\":8,\"tgid\":7,\"comm\":\"b\",\"start_ns\":2048,\"in\":{\"process\":20},"
		"\"cost_ns\":{\"process\":200},\"out\":{\"preempted\":4}}]}\n",
		/* 8 has ended, 9 began, and one that nobody saw. */
		"{\"version\":1,\"seq\":2,\"time_ns\":3000000000,\"group_counts\":[[7,1024,2,"
		"[15,31,0,0],[150,310,0,0],[5,8],[1,2,0,0],[10,20,0,0],7]],\"group_names\":[{"
		"\"tgid\":7,\"comm\":\"g\",\"start_ns\":1024,\"ppid\":3}],\"threads\":["
		"{\"tid\":7,\"tgid\":7,\"comm\":\"a\",\"start_ns\":1024,\"in\":{\"thread\":14},"
		"\"cost_ns\":{\"thread\":140},\"out\":{\"voluntary\":4}},"
		"{\"tid\":9,\"tgid\":7,\"comm\":\"c\",\"start_ns\":4096,\"in\":{\"process\":2},"
		"\"cost_ns\":{\"process\":20},\"out\":{\"preempted\":1}}]}\n",
		/* And now all of it. */
		"{\"version\":1,\"seq\":3,\"time_ns\":4000000000,\"group_counts\":[],"
		"\"group_names\":[],\"threads\":[]}\n",
	};
	const struct row *r;
	struct daemon_end d;
	char request[REQUESTS];
	struct model *m;

	(void)state;
	daemon_end_open(&d);
	m = model_new(d.session, MODEL_THREADS, 7);
	daemon_end_reply(&d, replies[0]);
	assert_int_equal(model_refresh(m), CLIENT_OK);
	assert_non_null(strstr(daemon_end_requests(&d, request, sizeof(request)), "\"tgid\":7"));
	assert_int_equal(model_nr_rows(m), 2);
	daemon_end_reply(&d, replies[1]);
	assert_int_equal(model_refresh(m), CLIENT_OK);
	assert_int_equal(model_nr_rows(m), 3);
	r = find_row(m, 7, 1024);
	assert_non_null(r);
	assert_int_equal(r->tid, 7);
	assert_int_equal(r->ppid, 3);
	assert_int_equal(r->threads, 2);
	assert_true(r->seconds == 2);
	assert_int_equal(r->grown.switches[KIND_THREAD], 4);
	r = find_row(m, 7, 4096);
	assert_non_null(r);
	assert_int_equal(r->grown.switches[KIND_PROCESS], 2);
	r = find_program(m, "(ended)");
	assert_non_null(r);
	assert_int_equal(r->nr_ended, 2);
	assert_int_equal(r->tgid, 7);
	assert_int_equal(r->grown.switches[KIND_THREAD], 1);
	assert_int_equal(r->grown.switches[KIND_PROCESS], 9);
	assert_int_equal(r->grown.reasons[REASON_VOLUNTARY], 1);
	assert_int_equal(r->grown.reasons[REASON_PREEMPTED], 3);
	assert_int_equal(r->cost_ns, 10 + 90);
	daemon_end_reply(&d, replies[2]);
	assert_int_equal(model_refresh(m), CLIENT_OK);
	assert_int_equal(model_nr_rows(m), 0);
	model_free(m);
	daemon_end_close(&d);
}

/* From somebody else than the daemon: nothing in it has to be what it should. */
static void odd_replies_are_survived(void **state)
{
	static const char *const members[] = {
		"\"seq\":1",
		"\"gone\":[]",
		"\"gone\":5,\"group_counts\":5,\"group_names\":5,\"ended\":5,\"threads\":5",
		"\"gone\":[],\"group_counts\":[5,null,\"x\",[],{},[[]]],\"group_names\":[5,null,[],"
		"{}],\"ended\":[5,null,[],{}],\"threads\":[5,null,[],{}]",
		"\"gone\":[5,null,[],{},[1],[\"x\",\"y\"]],\"ended\":[{\"id\":1,\"gone\":[5,null,[]"
		","
		"[1]]}]",
		"\"gone\":[],\"group_counts\":[[1,1024,-5,[-1,1e300,\"x\",null],5,{},[],null,-1]],"
		"\"group_names\":[{\"tgid\":1,\"start_ns\":1024,\"comm\":7,\"application\":7}]",
		"\"gone\":[],\"group_counts\":[[1,1024]],\"group_names\":[{\"tgid\":1,\"start_ns\":"
		"1024,\"comm\":\"\\u001b[31m\",\"cmdline\":\"\\n\",\"application\":{\"name\":"
		"\"\\u0007\",\"kind\":\"no such\"}}]",
		"\"gone\":[[1,1024],[1,1024]],\"ended\":[{\"id\":2,\"gone\":[[1,1024],[1,1024]]}]",
		/* A program that goes into itself. */
		"\"gone\":[],\"ended\":[{\"id\":5,\"comm\":\"x\",\"gone\":[[0,5120],[1,1024]]}]",
		"\"gone\":[[0,5120]],\"ended\":[{\"id\":5,\"gone\":[[0,5120]]}]",
		"\"time_ns\":\"x\",\"seq\":null,\"host\":[]",
	};

	(void)state;
	for (int what = MODEL_GROUPS; what <= MODEL_THREADS; what++) {
		struct daemon_end d;
		struct model *m;

		daemon_end_open(&d);
		m = model_new(d.session, (enum model_what)what, what == MODEL_THREADS ? 7 : 0);
		for (size_t i = 0; i < ARRAY_SIZE(members); i++) {
			char reply[1024], requests[REQUESTS];
			size_t n;

			snprintf(reply, sizeof(reply), "{\"version\":1,%s}\n", members[i]);
			daemon_end_reply(&d, reply);
			/* Without `gone` it asks for all. */
			if (what == MODEL_GROUPS && !strstr(members[i], "\"gone\""))
				daemon_end_reply(&d, reply);
			assert_int_equal(model_refresh(m), CLIENT_OK);
			daemon_end_requests(&d, requests, sizeof(requests));
			for (size_t r = 0; r < model_nr_rows(m); r++) {
				const struct row *row = model_row(m, r);

				assert_null(strpbrk(row->name, "\x1b\n\a"));
				assert_null(strpbrk(row->application, "\x1b\n\a"));
				assert_null(strpbrk(row->cmdline, "\x1b\n\a"));
				assert_non_null(row->kind);
			}
			free(model_applications(m, &n));
		}
		model_free(m);
		daemon_end_close(&d);
	}
}

/* What failed is said in one line; what was known before is no use any more. */
static void errors_are_told(void **state)
{
	static const struct {
		const char *reply, *said;
		int status;
	} cases[] = {
		{"{\"version\":1,\"error\":{\"code\":\"busy\",\"message\":\"too \\u001bmany\"}}\n",
		 "too \\x1bmany", CLIENT_FAILED},
		{"{\"version\":1,\"error\":{\"code\":\"stopping\",\"message\":\"it ends\"}}\n",
		 "it ends", CLIENT_NO_DAEMON},
		{"{\"version\":1,\"error\":{}}\n", "no message", CLIENT_FAILED},
		{"{\"version\":2}\n", "no tvtraced that this tvtrace knows", CLIENT_FAILED},
		{"[]\n", "no tvtraced that this tvtrace knows", CLIENT_FAILED},
		{"\n", "no tvtraced that this tvtrace knows", CLIENT_FAILED},
		{"HTTP/1.1 400 Bad Request\n", "no tvtraced that this tvtrace knows",
		 CLIENT_FAILED},
		/* And then it goes. */
		{"{\"version\":1,\"seq\":1", "has ended in the middle", CLIENT_NO_DAEMON},
		{"", "has ended in the middle", CLIENT_NO_DAEMON},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct taken_output t;
		struct daemon_end d;
		struct model *m;
		char *said;
		int status;

		daemon_end_open(&d);
		daemon_end_reply(&d, cases[i].reply);
		shutdown(d.fd, SHUT_WR);
		m = model_new(d.session, MODEL_GROUPS, 0);
		take_output(&t, stderr);
		status = model_refresh(m);
		said = taken_text(&t);
		assert_int_equal(status, cases[i].status);
		if (!strstr(said, cases[i].said))
			fail_msg("%s: %s", cases[i].reply, said);
		assert_ptr_equal(strchr(said, '\n'), said + strlen(said) - 1);
		free(said);
		assert_null(model_reply(m));
		model_free(m);
		daemon_end_close(&d);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agrees_with_a_host),
		cmocka_unit_test(threads_that_ended_have_the_rest),
		cmocka_unit_test(odd_replies_are_survived),
		cmocka_unit_test(errors_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
