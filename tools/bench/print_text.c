// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A benchmark as text, in columns. */
#include <stdio.h>
#include <string.h>

#include "bench/bench.h"
#include "bench/tables.h"

/* Of the first column, and of the others. Claims are sentences, and in no columns. */
static const struct widths {
	int first, others;
} widths[] = {
	[TABLE_SWITCHES] = {26, 17}, [TABLE_CREATIONS] = {26, 17}, [TABLE_MEMORIES] = {36, 12}};

/* ± is one column wide and two bytes long. */
static int bytes_of(const char *text, int columns)
{
	return columns + (int)(strstr(text, "±") != NULL);
}

static void print_cells(const struct widths *w, const char *const *cells, size_t n)
{
	printf("%-*s", w->first, cells[0]);
	for (size_t i = 1; i < n; i++)
		printf(" %*s", bytes_of(cells[i], w->others), cells[i]);
	putchar('\n');
}

static void print_table(const struct bench *b, const struct table *t, const struct widths *w)
{
	putchar('\n');
	print_cells(w, t->heading, t->nr_columns);
	for (size_t i = 0; i < t->nr_rows; i++) {
		struct cells c;

		t->fill(b, i, &c);
		print_cells(w, c.text, t->nr_columns);
	}
}

static void print_claims(const struct bench *b)
{
	puts("\nwhat the chapter says, and what was measured here");
	for (size_t i = 0; i < NR_CLAIMS; i++) {
		const struct claim_row *c = &b->claims[i];

		printf("%s\n    %s: %s%s%s\n", c->claim, c->here, verdict_words[c->verdict],
		       c->why ? "; " : "", c->why ? c->why : "");
	}
}

static void print_fact(const char *key, const char *text)
{
	printf("%-21s %s\n", key, text);
}

void bench_print_text(const struct bench *b)
{
	bench_each_fact(b, print_fact);
	for (enum table_id id = 0; id < TABLE_CLAIMS; id++)
		print_table(b, &bench_tables[id], &widths[id]);
	print_claims(b);
}
