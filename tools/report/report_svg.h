/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The pictures of the HTML report: inline SVG, printed on standard output. */
#ifndef TVTRACE_REPORT_REPORT_SVG_H
#define TVTRACE_REPORT_REPORT_SVG_H

#include "report/report.h"

void html_histograms(const struct trace_summary *s);
void html_timeline(const struct report *r);

#endif
