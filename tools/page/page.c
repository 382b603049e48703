// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "page/page.h"

#include <stdio.h>

#include "page/html.h"
#include "version.h"

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

void page_begin(const char *title, const char *more_style)
{
	fputs("<!DOCTYPE html>\n<html lang=\"en\" xmlns=\"http://www.w3.org/1999/xhtml\">\n<head>\n"
	      "<meta charset=\"utf-8\"/>\n"
	      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
	      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
	      "style-src 'unsafe-inline'\"/>\n<title>",
	      stdout);
	html_text(title);
	printf(" – tvtrace</title>\n<style>\n%s%s</style>\n</head>\n<body>\n<h1>", style,
	       more_style);
	html_text(title);
	fputs("</h1>\n", stdout);
}

void page_fact(const char *key, const char *text)
{
	fputs("<tr><th scope=\"row\">", stdout);
	html_text(key);
	fputs("</th><td>", stdout);
	html_text(text);
	fputs("</td></tr>\n", stdout);
}

void page_end(const char *remark)
{
	printf("<p>Made by tvtrace %s. %s</p>\n</body>\n</html>\n", TVTRACED_VERSION, remark);
}
