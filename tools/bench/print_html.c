// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A benchmark as one HTML page. */
#include <stdio.h>

#include "bench/pictures.h"
#include "bench/tables.h"
#include "client/json_read.h"
#include "page/html.h"
#include "page/page.h"

static const char style[] =
	":root{--holds:#1a7f37;--fails:#cf222e}\n"
	"@media (prefers-color-scheme:dark){:root{--holds:#3fb950;--fails:#f85149}}\n"
	"@media print{:root{--holds:#1a7f37;--fails:#cf222e}}\n"
	".said{fill-opacity:.45}.spread{stroke:var(--ink);fill:none}"
	".unsteady{stroke-dasharray:3 3}.join{stroke:var(--kthread);fill:none;opacity:.45}\n"
	".claimed{fill:var(--line)}.holds{fill:var(--holds)}.fails{fill:var(--fails)}"
	".verdict text{fill:inherit;font-weight:600}\n"
	".words td,.words th{text-align:left;white-space:normal;vertical-align:top}\n";

static void print_cells(const char *tag, const char *attribute, const char *const *cells, size_t n)
{
	fputs("<tr>", stdout);
	for (size_t i = 0; i < n; i++) {
		printf("<%s%s%s>", tag, attribute, i ? "" : " class=\"name\"");
		html_text(cells[i]);
		printf("</%s>", tag);
	}
	puts("</tr>");
}

static void print_table(const struct bench *b, enum table_id id)
{
	const struct table *t = &bench_tables[id];

	printf("<div class=\"wide\"><table class=\"list%s\">\n<thead>",
	       t->of_words ? " words" : "");
	print_cells("th", " scope=\"col\"", t->heading, t->nr_columns);
	puts("</thead>\n<tbody>");
	for (size_t i = 0; i < t->nr_rows; i++) {
		struct cells c;

		t->fill(b, i, &c);
		print_cells("td", "", c.text, t->nr_columns);
	}
	puts("</tbody></table></div>");
}

static void print_switches(const struct bench *b)
{
	puts("<h2>Switches</h2>");
	picture_switches(b);
	puts("<p>From one handing over to the next, less the tasks' own work; a line shows how far "
	     "the rounds lie apart. tvtraced's figure is the switch alone, a part of that. What is "
	     "unsteady is dashed, and may lie anywhere there.</p>");
	print_table(b, TABLE_SWITCHES);
	puts("<h2>How much more a switch of processes costs, by the memory that each task "
	     "uses</h2>");
	picture_growth(b);
	puts("<p>Each task goes through memory of its own between two switches (sched_yield). By "
	     "their own clock it contains the misses of caches and TLB that follow.</p>");
}

void bench_print_html(const struct bench *b)
{
	char title[BENCH_TEXT];

	snprintf(title, sizeof(title), "What threads and processes cost on Linux %s",
		 read_text(b->facts, "kernel"));
	page_begin(title, style);
	puts("<table class=\"head\">");
	bench_each_fact(b, page_fact);
	puts("</table>");
	print_switches(b);
	puts("<h2>Creations</h2>");
	picture_creations(b);
	puts("<p>The call, by the creator's own clock, and tvtraced's mean; the scale is "
	     "logarithmic. A call of vfork or posix_spawn contains the child's run up to its exec "
	     "or end, for which the caller waits.</p>");
	print_table(b, TABLE_CREATIONS);
	puts("<h2>Memory</h2>");
	print_table(b, TABLE_MEMORIES);
	puts("<h2>What the chapter says</h2>");
	picture_claims(b);
	puts("<p>The bars are what a claim allows, and the dots what was measured here.</p>");
	print_table(b, TABLE_CLAIMS);
	page_end(
		"A figure is the median of some rounds, in which threads and processes take turns; "
		"behind ± stands half the distance from the least to the greatest one, without "
		"the two extremes (of calls: of their middle half). Where that is more than a "
		"quarter of it, the figure is unsteady.");
}
