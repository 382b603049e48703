/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Text of the page that `tvtrace report --html` prints, on standard output. */
#ifndef TVTRACE_REPORT_HTML_H
#define TVTRACE_REPORT_HTML_H

/* Text as text, also in attributes: whatever it is, it is no markup. */
void html_text(const char *text);

#endif
