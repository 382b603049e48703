/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Where publications go: the live view or blocks or JSON on standard output, and the textfile. */
#ifndef TVTRACED_OUTPUTS_OUTPUTS_H
#define TVTRACED_OUTPUTS_OUTPUTS_H

#include <stdbool.h>

#include "collect/publication.h"

struct outputs;
struct live_screen;
struct group_label;

struct output_options {
	u64 interval_ns;		    /* between publications */
	u64 textfile_interval_ns;	    /* at least; a multiple of publications */
	const char *textfile;		    /* its path; NULL: none */
	const struct group_label *group_by; /* of the textfile */
	bool once;			    /* there will be one publication */
	bool json;
	bool quiet;
};

/* Whether there is to be a live view: then the terminal must be guarded (terminal_guard.h). */
bool outputs_want_terminal(const struct output_options *o);

/* Opens the textfile, if one is asked for. Returns 0 or an exit status, having printed why. */
int outputs_open(struct outputs **out, const struct output_options *o);

/* Takes the terminal for the live view, if there is to be one. Returns 0 or -errno. */
int outputs_start(struct outputs *out);

/*
 * Publishes p everywhere, and waits for nobody. Returns 0, or -errno when standard output cannot be
 * written any more.
 */
int outputs_publish(struct outputs *out, const struct publication *p);

/*
 * Readable when standard output cannot be written any more, for the reason that outputs_error()
 * gives as -errno, -EPIPE also for a terminal that is gone; -1: there is none to watch.
 */
int outputs_fd(const struct outputs *out);
int outputs_error(struct outputs *out);

/* Waits for the reader of standard output as stream_finish() does (stream.h). */
int outputs_finish(struct outputs *out, int interrupt_fd, int patience_ms);

/* Whether keys can come on standard input; NULL when there is no live view. */
struct live_screen *outputs_screen(const struct outputs *out);

/* The terminal's size has changed, or the live view has it again. */
void outputs_redraw(struct outputs *out, const struct publication *p);

/* Restores the terminal, removes the textfile. NULL is ignored. */
void outputs_close(struct outputs *out);

#endif
