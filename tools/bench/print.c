// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "bench/bench.h"
#include "client/json_print.h"
#include "client/json_read.h"
#include "common/array.h"
#include "common/format.h"

enum { CELL = 64 };

static const char *const verdict_words[] = {[CLAIM_HOLDS] = "holds",
					    [CLAIM_DOES_NOT] = "does not hold here",
					    [CLAIM_UNSTEADY] = "too unsteady to say"};

/* "1.12 us ±0.03", in the unit of the value; "unsteady" where the spread is too wide. */
static const char *cell_of(char cell[CELL], const struct figure *f)
{
	char value[FORMAT_LEN], spread[FORMAT_LEN];

	if (isnan(f->value))
		return strcpy(cell, "-");
	format_ns(value, fabs(f->value));
	format_ns(spread, f->spread);
	if (figure_unsteady(f)) {
		snprintf(cell, CELL, "unsteady ±%s", spread);
		return cell;
	}
	snprintf(cell, CELL, "%s%s ±%s", f->value < 0 ? "-" : "", value, spread);
	return cell;
}

static const char *cell_of_ns(char cell[CELL], double ns)
{
	char text[FORMAT_LEN];

	snprintf(cell, CELL, "%s", isnan(ns) ? "-" : format_ns(text, ns));
	return cell;
}

static const char *cell_of_bytes(char cell[CELL], double bytes)
{
	char text[FORMAT_LEN];

	snprintf(cell, CELL, "%s", isnan(bytes) ? "-" : format_bytes(text, bytes));
	return cell;
}

/* A table is printed as text in columns of a width, or as Markdown. */
struct table {
	bool markdown;
	int first, width; /* of the first column, and of the others */
};

/* ± is one column wide and two bytes long. */
static int bytes_of(const char *text, int columns)
{
	return columns + (int)(strstr(text, "±") != NULL);
}

static void print_cells(const struct table *t, const char *const *cells, size_t n)
{
	if (t->markdown) {
		putchar('|');
		for (size_t i = 0; i < n; i++)
			printf(" %s |", cells[i]);
	} else {
		printf("%-*s", t->first, cells[0]);
		for (size_t i = 1; i < n; i++)
			printf(" %*s", bytes_of(cells[i], t->width), cells[i]);
	}
	putchar('\n');
}

static void print_heading(const struct table *t, const char *const *cells, size_t n)
{
	if (!t->markdown)
		putchar('\n');
	print_cells(t, cells, n);
	if (!t->markdown)
		return;
	for (size_t i = 0; i < n; i++)
		fputs(i ? " ---: |" : "| --- |", stdout);
	putchar('\n');
}

static void print_switches(const struct bench *b, bool markdown)
{
	static const char *const heading[] = {
		"a switch costs its tasks", "thread", "process", "difference",
		"tvtraced: thread",	    "process"};
	const struct table t = {.markdown = markdown, .first = 26, .width = 17};

	print_heading(&t, heading, ARRAY_SIZE(heading));
	for (size_t i = 0; i < NR_SWITCHES; i++) {
		const struct switch_row *r = &b->switches[i];
		char cells[5][CELL];
		const char *row[] = {r->name,
				     cell_of(cells[0], &r->own[SIDE_THREAD]),
				     cell_of(cells[1], &r->own[SIDE_PROCESS]),
				     cell_of(cells[2], &r->more),
				     cell_of(cells[3], &r->said[SIDE_THREAD]),
				     cell_of(cells[4], &r->said[SIDE_PROCESS])};

		print_cells(&t, row, ARRAY_SIZE(row));
	}
}

static void print_creations(const struct bench *b, bool markdown)
{
	static const char *const heading[] = {"a creation takes", "resident", "the call",
					      "tvtraced, mean"};
	const struct table t = {.markdown = markdown, .first = 26, .width = 17};

	if (markdown)
		putchar('\n');
	print_heading(&t, heading, ARRAY_SIZE(heading));
	for (size_t i = 0; i < NR_CREATIONS_MEASURED; i++) {
		const struct creation_row *r = &b->creations[i];
		char cells[3][CELL];
		const char *row[] = {r->name, cell_of_bytes(cells[0], (double)r->resident_bytes),
				     r->why ? r->why : cell_of(cells[1], &r->own),
				     cell_of_ns(cells[2], r->said_ns)};

		print_cells(&t, row, ARRAY_SIZE(row));
	}
}

static void print_memories(const struct bench *b, bool markdown)
{
	static const char *const heading[] = {"memory of each of 50", "PSS", "USS"};
	const struct table t = {.markdown = markdown, .first = 36, .width = 12};

	if (markdown)
		putchar('\n');
	print_heading(&t, heading, ARRAY_SIZE(heading));
	for (size_t i = 0; i < NR_MEMORIES; i++) {
		const struct memory_row *r = &b->memories[i];
		char cells[2][CELL];
		const char *row[] = {r->name, r->why ? r->why : cell_of_bytes(cells[0], r->pss),
				     cell_of_bytes(cells[1], r->uss)};

		print_cells(&t, row, ARRAY_SIZE(row));
	}
}

static void print_claims(const struct bench *b, bool markdown)
{
	puts(markdown ? "\n| the chapter says | here | |\n| --- | --- | --- |"
		      : "\nwhat the chapter says, and what was measured here");
	for (size_t i = 0; i < NR_CLAIMS; i++) {
		const struct claim_row *c = &b->claims[i];

		if (markdown)
			printf("| %s | %s | %s%s%s |\n", c->claim, c->here,
			       verdict_words[c->verdict], c->why ? ": " : "", c->why ? c->why : "");
		else
			printf("%s\n    %s: %s%s%s\n", c->claim, c->here, verdict_words[c->verdict],
			       c->why ? "; " : "", c->why ? c->why : "");
	}
}

static void print_facts(const struct bench *b, bool markdown)
{
	const char *form = markdown ? "- %s: %s\n" : "%-21s %s\n";

	struct json_object_iterator at = json_object_iter_begin(b->facts);
	struct json_object_iterator end = json_object_iter_end(b->facts);

	for (; !json_object_iter_equal(&at, &end); json_object_iter_next(&at))
		printf(form, json_object_iter_peek_name(&at),
		       json_object_get_string(json_object_iter_peek_value(&at)));
	if (markdown)
		putchar('\n');
}

static void print_all(const struct bench *b, bool markdown)
{
	print_facts(b, markdown);
	print_switches(b, markdown);
	print_creations(b, markdown);
	print_memories(b, markdown);
	print_claims(b, markdown);
}

void bench_print_text(const struct bench *b)
{
	print_all(b, false);
}

void bench_print_markdown(const struct bench *b)
{
	print_all(b, true);
}

static struct json_object *number_or_null(double v)
{
	return isnan(v) ? NULL : json_object_new_double(v);
}

static struct json_object *figure_json(const struct figure *f)
{
	struct json_object *o = json_object_new_object();

	json_object_object_add(o, "value", number_or_null(f->value));
	json_object_object_add(o, "spread", number_or_null(f->spread));
	json_object_object_add(o, "unsteady", json_object_new_boolean(figure_unsteady(f)));
	return o;
}

static void put_text(struct json_object *o, const char *key, const char *text)
{
	json_object_object_add(o, key, text ? json_object_new_string(text) : NULL);
}

static struct json_object *switches_json(const struct bench *b)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < NR_SWITCHES; i++) {
		const struct switch_row *r = &b->switches[i];
		struct json_object *o = json_object_new_object();

		put_text(o, "name", r->name);
		json_object_object_add(o, "thread_ns", figure_json(&r->own[SIDE_THREAD]));
		json_object_object_add(o, "process_ns", figure_json(&r->own[SIDE_PROCESS]));
		json_object_object_add(o, "difference_ns", figure_json(&r->more));
		json_object_object_add(o, "tvtraced_thread_ns", figure_json(&r->said[SIDE_THREAD]));
		json_object_object_add(o, "tvtraced_process_ns",
				       figure_json(&r->said[SIDE_PROCESS]));
		json_object_array_add(list, o);
	}
	return list;
}

static struct json_object *creations_json(const struct bench *b)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < NR_CREATIONS_MEASURED; i++) {
		const struct creation_row *r = &b->creations[i];
		struct json_object *o = json_object_new_object();

		put_text(o, "name", r->name);
		json_object_object_add(o, "resident_bytes",
				       json_object_new_uint64(r->resident_bytes));
		json_object_object_add(o, "call_ns", figure_json(&r->own));
		json_object_object_add(o, "tvtraced_ns", number_or_null(r->said_ns));
		put_text(o, "reason", r->why);
		json_object_array_add(list, o);
	}
	return list;
}

static struct json_object *memories_json(const struct bench *b)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < NR_MEMORIES; i++) {
		const struct memory_row *r = &b->memories[i];
		struct json_object *o = json_object_new_object();

		put_text(o, "name", r->name);
		json_object_object_add(o, "pss_bytes", number_or_null(r->pss));
		json_object_object_add(o, "uss_bytes", number_or_null(r->uss));
		put_text(o, "reason", r->why);
		json_object_array_add(list, o);
	}
	return list;
}

static struct json_object *claims_json(const struct bench *b)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < NR_CLAIMS; i++) {
		const struct claim_row *c = &b->claims[i];
		struct json_object *o = json_object_new_object();

		put_text(o, "claim", c->claim);
		put_text(o, "here", c->here);
		put_text(o, "verdict", verdict_words[c->verdict]);
		put_text(o, "reason", c->why);
		json_object_array_add(list, o);
	}
	return list;
}

void bench_print_json(const struct bench *b)
{
	struct json_object *o = json_print_begin();

	json_object_object_add(o, "host", json_object_get(b->facts));
	json_object_object_add(o, "switches", switches_json(b));
	json_object_object_add(o, "creations", creations_json(b));
	json_object_object_add(o, "memories", memories_json(b));
	json_object_object_add(o, "claims", claims_json(b));
	json_print_end(o);
}
