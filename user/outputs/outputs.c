// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "outputs/outputs.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/alloc.h"
#include "common/error.h"
#include "common/exit_status.h"
#include "common/rlimits.h"
#include "outputs/file_writer.h"
#include "outputs/json.h"
#include "outputs/screen.h"
#include "outputs/series.h"
#include "outputs/stream.h"
#include "outputs/textfile.h"
#include "outputs/view.h"

enum { MOST_WAITING = 64 << 20 }; /* bytes queued for a slow reader */

struct outputs {
	struct output_options options;
	struct live_screen *screen; /* NULL: no live view */
	bool had_screen;	    /* treat the terminal's hang-up as a reader's end */
	struct stream *stream;	    /* to standard output; NULL: not started or --quiet */
	bool left_out;		    /* standard output did not get the latest publication */
	struct file_writer *writer; /* NULL: no textfile */
	struct series_table *series;
	u64 textfile_due_ns;
};

static const char placeholder[] = "# tvtraced has started and published nothing yet\n";

static int open_textfile(struct outputs *out, const struct output_options *o)
{
	const char *path = o->textfile;
	int err = file_writer_open(&out->writer, path, placeholder, sizeof(placeholder) - 1);

	if (err == -EEXIST)
		return fail(
			STATUS_TEXTFILE,
			"will not replace %s, which is no textfile of tvtraced; remove it, or give "
			"--textfile another path",
			path);
	if (err == -ENOTEMPTY)
		return fail(STATUS_TEXTFILE,
			    "will not replace %s.tmp, which is no textfile of tvtraced; remove it, "
			    "or give "
			    "--textfile another path",
			    path);
	if (err)
		return rlimits_fail(STATUS_TEXTFILE, err,
				    "give --textfile a path in a directory that can be written",
				    "write the textfile %s", path);
	out->series = series_new(o->group_by);
	return STATUS_OK;
}

int outputs_open(struct outputs **result, const struct output_options *o)
{
	struct outputs *out = xcalloc(1, sizeof(*out));
	int status;

	*result = out;
	out->options = *o;
	if (o->textfile) {
		status = open_textfile(out, o);
		if (status)
			return status;
	}
	return STATUS_OK;
}

bool outputs_want_terminal(const struct output_options *o)
{
	return !o->quiet && !o->json && !o->once && isatty(STDOUT_FILENO);
}

int outputs_start(struct outputs *out)
{
	int err;

	if (out->options.quiet)
		return 0;
	err = stream_open(&out->stream, STDOUT_FILENO, MOST_WAITING);
	if (err || !outputs_want_terminal(&out->options))
		return err;
	/* A terminal that ncurses cannot drive gets plain blocks. */
	err = screen_open(&out->screen, out->stream);
	out->had_screen = !err;
	return err == -ENOTTY ? 0 : err;
}

static void publish_textfile(struct outputs *out, const struct publication *p)
{
	struct textfile_status status;
	char *data = NULL;
	size_t len = 0;
	FILE *f;

	series_update(out->series, p);
	/*
	 * Publications do not tick exactly in step, so accept one up to half an interval early;
	 * otherwise a whole interval would be lost.
	 */
	if (p->now.time_ns + out->options.interval_ns / 2 < out->textfile_due_ns || p->final)
		return;
	out->textfile_due_ns = p->now.time_ns + out->options.textfile_interval_ns;
	f = open_memstream(&data, &len);
	if (!f)
		return;
	file_writer_status(out->writer, &status.last_write_s, &status.write_failures);
	textfile_render(f, p, out->series, &status);
	if (fclose(f)) {
		free(data);
		return;
	}
	file_writer_submit(out->writer, data, len);
}

static int print(struct outputs *out, const struct publication *p)
{
	char *data = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&data, &len);
	int err;

	if (!f)
		return -errno;
	err = out->options.json ? json_print(f, p) : view_print(f, p);
	if (fclose(f) && !err)
		err = -errno;
	if (err) {
		free(data);
		return err;
	}
	err = stream_submit(out->stream, data, len);
	if (err == -ENOBUFS && !out->left_out)
		warn("standard output is read too slowly: intervals are left out of it; have a "
		     "faster reader, or a longer --interval");
	out->left_out = err == -ENOBUFS;
	return out->left_out ? 0 : err;
}

static int publish_stdout(struct outputs *out, const struct publication *p)
{
	if (out->options.quiet)
		return 0;
	if (out->screen && !p->final) {
		screen_draw(out->screen, p);
		return 0;
	}
	/* Leave the live view first, so that the last block stays on the terminal. */
	screen_close(out->screen);
	out->screen = NULL;
	return print(out, p);
}

/* Writes to a terminal that was hung up fail with EIO: report that its reader has gone. */
static int error_of(const struct outputs *out, int err)
{
	return out->had_screen && err == -EIO ? -EPIPE : err;
}

int outputs_publish(struct outputs *out, const struct publication *p)
{
	if (out->writer)
		publish_textfile(out, p);
	return error_of(out, publish_stdout(out, p));
}

int outputs_fd(const struct outputs *out)
{
	return out->stream ? stream_fd(out->stream) : -1;
}

int outputs_error(struct outputs *out)
{
	return out->stream ? error_of(out, stream_error(out->stream)) : 0;
}

int outputs_finish(struct outputs *out, int interrupt_fd, int patience_ms)
{
	return out->stream ? error_of(out, stream_finish(out->stream, interrupt_fd, patience_ms))
			   : 0;
}

struct live_screen *outputs_screen(const struct outputs *out)
{
	return out->screen;
}

void outputs_redraw(struct outputs *out, const struct publication *p)
{
	if (!out->screen)
		return;
	screen_resize(out->screen);
	screen_draw(out->screen, p);
}

void outputs_close(struct outputs *out)
{
	if (!out)
		return;
	screen_close(out->screen);
	stream_close(out->stream);
	if (out->writer)
		file_writer_close(out->writer);
	series_free(out->series);
	free(out);
}
