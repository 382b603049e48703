/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The outputs of publications: standard output (live view, blocks or JSON) and the textfile. */
#ifndef TVTRACED_OUTPUTS_OUTPUTS_H
#define TVTRACED_OUTPUTS_OUTPUTS_H

#include <stdbool.h>

#include "collect/publication.h"

struct outputs;
struct live_screen;
struct group_label;

struct output_options {
	u64 interval_ns;		    /* between publications */
	u64 textfile_interval_ns;	    /* least time between writes of the textfile */
	const char *textfile;		    /* its path; NULL: none */
	const struct group_label *group_by; /* label of the textfile's groups */
	bool once;			    /* there is only one publication */
	bool json;
	bool quiet;
};

/* Whether a live view is wanted: then the terminal must be guarded (terminal_guard.h). */
bool outputs_want_terminal(const struct output_options *o);

/*
 * Opens the textfile, if one is requested. Returns 0, or an exit status after printing the error.
 */
int outputs_open(struct outputs **out, const struct output_options *o);

/* Starts the stream to standard output, and the live view if one is wanted. Returns 0 or -errno. */
int outputs_start(struct outputs *out);

/*
 * Publishes p on all outputs without waiting for a reader. Returns 0, or -errno when standard
 * output can no longer be written.
 */
int outputs_publish(struct outputs *out, const struct publication *p);

/*
 * outputs_fd() is readable when standard output can no longer be written; outputs_error() then
 * returns the reason as -errno, which for a hung-up terminal is -EPIPE. -1: there is no descriptor
 * to watch.
 */
int outputs_fd(const struct outputs *out);
int outputs_error(struct outputs *out);

/* Waits for the reader of standard output as stream_finish() does (stream.h). */
int outputs_finish(struct outputs *out, int interrupt_fd, int patience_ms);

/* The live view, which reads keys from standard input; NULL: there is none. */
struct live_screen *outputs_screen(const struct outputs *out);

/* Redraws the live view at the terminal's present size, after a resize or after screen_resume(). */
void outputs_redraw(struct outputs *out, const struct publication *p);

/* Restores the terminal, removes the textfile and frees out. NULL is ignored. */
void outputs_close(struct outputs *out);

#endif
