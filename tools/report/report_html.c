// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A report as one HTML page (also well-formed XML) that is self-contained and has no scripts. */
#include "common/std_streams.h"
#include "report/html.h"
#include "report/report.h"
#include "report/report_svg.h"
#include "version.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char style[] =
	":root{color-scheme:light dark;--paper:#fff;--ink:#1b1f24;--soft:#57606a;--line:#d0d7de;"
	"--thread:#0969da;--process:#bc4c00;--kthread:#8250df;--idle:#8c959f;--unknown:#57606a}\n"
	"@media (prefers-color-scheme:dark){:root{--paper:#0d1117;--ink:#e6edf3;--soft:#9198a1;"
	"--line:#3d444d;--thread:#4493f8;--process:#f0883e;--kthread:#ab7df8;--idle:#656c76;"
	"--unknown:#9198a1}}\n"
	"@media print{:root{--paper:#fff;--ink:#000;--soft:#444;--line:#bbb;--thread:#0969da;"
	"--process:#bc4c00;--kthread:#8250df;--idle:#8c959f;--unknown:#57606a}"
	"svg,tr{break-inside:avoid}svg *,.key{print-color-adjust:exact}}\n"
	"body{background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,sans-serif;"
	"max-width:60rem;margin:2rem auto;padding:0 1rem}\n"
	"h1{font-size:1.4rem;overflow-wrap:anywhere}h2{font-size:1.1rem;margin-top:2rem}\n"
	"svg{width:100%;height:auto;display:block}text{fill:var(--soft);font-size:12px}\n"
	".axis{stroke:var(--line)}.thread{fill:var(--thread)}.process{fill:var(--process)}"
	".kthread{fill:var(--kthread)}.idle{fill:var(--idle)}.unknown{fill:var(--unknown)}\n"
	".wide{overflow-x:auto}table{border-collapse:collapse;font-variant-numeric:tabular-nums;"
	"width:100%}th,td{padding:.2rem .6rem .2rem 0;border-bottom:1px solid var(--line);"
	"text-align:right;white-space:nowrap}\n"
	"th{color:var(--soft);font-weight:600}.name{text-align:left;white-space:normal;"
	"overflow-wrap:anywhere}\n"
	".head th{text-align:left;vertical-align:top}.head td{text-align:left;white-space:normal;"
	"width:100%}\n";

static void print_line(void *ctx, const char *key, const char *text)
{
	(void)ctx;
	fputs("<tr><th scope=\"row\">", stdout);
	html_text(key);
	fputs("</th><td>", stdout);
	html_text(text);
	fputs("</td></tr>\n", stdout);
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
	fputs("<!DOCTYPE html>\n<html lang=\"en\" xmlns=\"http://www.w3.org/1999/xhtml\">\n<head>\n"
	      "<meta charset=\"utf-8\"/>\n"
	      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
	      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
	      "style-src 'unsafe-inline'\"/>\n<title>",
	      stdout);
	html_text(r->name);
	printf(" – tvtrace</title>\n<style>\n%s</style>\n</head>\n<body>\n<h1>", style);
	html_text(r->name);
	fputs("</h1>\n<table class=\"head\">\n", stdout);
	report_head(r, print_line, NULL);
	fputs("</table>\n", stdout);
	html_histograms(r->summary);
	html_timeline(r);
	print_lists(r);
	printf("<p>Made by tvtrace %s. A cost is the time from the tracepoint sched_switch to the "
	       "end of the switch: neither the choice of the next task nor the cache and TLB "
	       "misses "
	       "that this one pays afterwards.</p>\n</body>\n</html>\n",
	       TVTRACED_VERSION);
	return std_streams_flush();
}
