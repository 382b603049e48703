/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Keeps one file up to date from a thread of its own, since writing can block: a reader sees the
 * old content or the new, never a part.
 */
#ifndef TVTRACED_OUTPUTS_FILE_WRITER_H
#define TVTRACED_OUTPUTS_FILE_WRITER_H

#include <stddef.h>
#include <stdint.h>

struct file_writer;

/*
 * Starts a writer for path and writes data to it once, to see that it can be written. What is
 * there, and at PATH.tmp, must be empty or an older textfile of ours: anything else is not
 * replaced. Returns 0, -EEXIST or, of PATH.tmp, -ENOTEMPTY, or another -errno.
 */
int file_writer_open(struct file_writer **out, const char *path, const char *data, size_t len);

/*
 * Takes data (from malloc) and returns at once; the thread writes and frees it. What has not been
 * begun when newer data comes is dropped. A failure is said once and tried again next time.
 */
void file_writer_submit(struct file_writer *w, char *data, size_t len);

/* Time of the last success, CLOCK_REALTIME seconds, and failures since start. */
void file_writer_status(struct file_writer *w, int64_t *last_success_s, uint64_t *failures);

/* Ends the thread and removes the file. NULL is ignored. */
void file_writer_close(struct file_writer *w);

#endif
