/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The directory of `tvtrace trigger`: captures, each with a text. The oldest ones are removed. */
#ifndef TVTRACE_TRIGGER_TRIGGER_FILES_H
#define TVTRACE_TRIGGER_TRIGGER_FILES_H

#include <stdbool.h>
#include <stddef.h>

#include "record.h"

enum { TRIGGER_NAME_LEN = 64 };

struct trigger_files {
	const char *path;
	int fd;
	u64 max_files, max_bytes;
};

/* Opens the directory. Returns an exit status, after a message if it is not CLIENT_OK. */
int trigger_files_open(struct trigger_files *f, const char *path);
void trigger_files_close(struct trigger_files *f);

/*
 * Creates a file for a capture that begins now. Stores its name without a suffix in `name`. Returns
 * a file descriptor, which the caller must close, or -errno.
 */
int trigger_files_begin(struct trigger_files *f, char name[TRIGGER_NAME_LEN]);

/* Removes the files of a capture that could not be made. */
void trigger_files_drop(struct trigger_files *f, const char *name);

/*
 * Finishes a capture, complete or not: gives the file its final name, and writes the text beside
 * it. Then removes the oldest captures until the limits are met, but never this one. Returns 0, or
 * -errno of the renaming or of the text.
 */
int trigger_files_end(struct trigger_files *f, const char *name, const char *text);

#endif
