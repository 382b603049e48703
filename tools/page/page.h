/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A page for a browser (also well-formed XML), printed on standard output. It is complete in itself
 * and has no scripts.
 */
#ifndef TVTRACE_PAGE_PAGE_H
#define TVTRACE_PAGE_PAGE_H

/*
 * Prints all up to the heading, which is `title`. more_style is CSS behind that of all pages. The
 * classes thread, process, kthread, idle and unknown fill with a colour, `list' and `head' are
 * tables of figures and of facts, `wide' is what may be wider than the page, `name' a cell with
 * words, and `axis' a line in a picture.
 */
void page_begin(const char *title, const char *more_style);

/* Prints a row of a table of facts. */
void page_fact(const char *key, const char *text);

/* Prints the end: what made the page, and a remark in HTML. */
void page_end(const char *remark);

#endif
