// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A benchmark as tables in Markdown. */
#include <stdio.h>

#include "bench/bench.h"
#include "bench/tables.h"

static void print_cells(const char *const *cells, size_t n)
{
	putchar('|');
	for (size_t i = 0; i < n; i++)
		printf("%s%s |", *cells[i] ? " " : "", cells[i]);
	putchar('\n');
}

static void print_table(const struct bench *b, const struct table *t)
{
	putchar('\n');
	print_cells(t->heading, t->nr_columns);
	for (size_t i = 0; i < t->nr_columns; i++)
		fputs(!i ? "| --- |" : t->of_words ? " --- |" : " ---: |", stdout);
	putchar('\n');
	for (size_t i = 0; i < t->nr_rows; i++) {
		struct cells c;

		t->fill(b, i, &c);
		print_cells(c.text, t->nr_columns);
	}
}

static void print_fact(const char *key, const char *text)
{
	printf("- %s: %s\n", key, text);
}

void bench_print_markdown(const struct bench *b)
{
	bench_each_fact(b, print_fact);
	for (enum table_id id = 0; id < NR_TABLES; id++)
		print_table(b, &bench_tables[id]);
}
