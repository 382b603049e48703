/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Keeps one file up to date. A thread writes it, since writing can block; a reader sees either the
 * old or the new content in full.
 */
#ifndef TVTRACED_OUTPUTS_FILE_WRITER_H
#define TVTRACED_OUTPUTS_FILE_WRITER_H

#include <stddef.h>
#include <stdint.h>

struct file_writer;

/*
 * Starts a writer for path and writes data once, to check that the file can be written. A file at
 * path or PATH.tmp must be empty or an older textfile of ours, for nothing else is replaced.
 * Returns 0, -EEXIST or, for PATH.tmp, -ENOTEMPTY when there is another file, or another -errno.
 */
int file_writer_open(struct file_writer **out, const char *path, const char *data, size_t len);

/*
 * Takes ownership of data (from malloc) and returns at once; the thread writes the data. Newer data
 * replaces data that the thread has not begun to write. A failure is reported once, and the next
 * submit tries again.
 */
void file_writer_submit(struct file_writer *w, char *data, size_t len);

/*
 * Returns the time of the last success, in CLOCK_REALTIME seconds, and the number of failures since
 * the start.
 */
void file_writer_status(struct file_writer *w, int64_t *last_success_s, uint64_t *failures);

/* Ends the thread and removes the file. NULL is ignored. */
void file_writer_close(struct file_writer *w);

#endif
