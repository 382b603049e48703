/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Text of a page, printed on standard output. */
#ifndef TVTRACE_PAGE_HTML_H
#define TVTRACE_PAGE_HTML_H

/* Prints text with all markup characters escaped; it is safe in elements and in attributes. */
void html_text(const char *text);

#endif
