// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A report as one HTML page. */
#include "common/std_streams.h"
#include "page/html.h"
#include "page/page.h"
#include "report/report.h"
#include "report/report_svg.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static void print_line(void *ctx, const char *key, const char *text)
{
	(void)ctx;
	page_fact(key, text);
}

static void print_headings(const struct listing *l)
{
	fputs("<thead><tr>", stdout);
	for (size_t i = 0; i < l->nr_columns; i++) {
		const struct column *c = &l->columns[i];

		if (!c->width)
			continue;
		printf("<th scope=\"col\"%s title=\"", c->name ? " class=\"name\"" : "");
		html_text(c->help);
		fputs("\">", stdout);
		html_text(c->heading);
		fputs("</th>", stdout);
	}
	fputs("</tr></thead>\n", stdout);
}

static void print_list(const char *heading, const struct report_list *list)
{
	const struct listing *l = &list->listing;
	struct titles *titles = l->titles ? listing_titles(list->rows, list->nr_rows) : NULL;
	char cell[CELL_TEXT_LEN];

	printf("<h2>%s</h2>\n<div class=\"wide\"><table class=\"list\">\n", heading);
	print_headings(l);
	fputs("<tbody>\n", stdout);
	for (size_t i = 0; i < list->nr_rows; i++) {
		fputs("<tr>", stdout);
		for (size_t c = 0; c < l->nr_columns; c++) {
			const struct column *column = &l->columns[c];

			if (!column->width)
				continue;
			fputs(column->name ? "<td class=\"name\">" : "<td>", stdout);
			if (titles && !c)
				html_text(titles_of(titles)[i]);
			else
				html_text(column->name ? column->name(list->rows[i])
						       : listing_cell(cell, column, list->rows[i]));
			fputs("</td>", stdout);
		}
		fputs("</tr>\n", stdout);
	}
	titles_free(titles);
	fputs("</tbody></table></div>\n", stdout);
	if (list->nr_rows < list->nr_all)
		printf("<p>and %zu more</p>\n", list->nr_all - list->nr_rows);
}

static void print_lists(const struct report *r)
{
	struct report_list applications;

	if (strcmp(r->list.listing.what, "applications") != 0) {
		report_list_make(&applications, r->model, TRACE_APPLICATIONS, NULL,
				 r->list.nr_rows);
		print_list("Applications", &applications);
		report_list_release(&applications);
	}
	print_list(!strcmp(r->list.listing.what, "threads")  ? "Threads"
		   : !strcmp(r->list.listing.what, "groups") ? "Thread groups"
							     : "Applications",
		   &r->list);
}

int report_html(struct report *r)
{
	page_begin(r->name, "");
	fputs("<table class=\"head\">\n", stdout);
	report_head(r, print_line, NULL);
	fputs("</table>\n", stdout);
	html_histograms(r->summary);
	html_timeline(r);
	print_lists(r);
	page_end("A cost is the time from the tracepoint sched_switch to the end of the switch: "
		 "neither the choice of the next task nor the cache and TLB misses that this one "
		 "pays afterwards.");
	return std_streams_flush();
}
