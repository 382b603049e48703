/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The directory of `tvtrace trigger`: captures with a text each, the oldest of which are removed.
 */
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

/* Returns an exit status; what failed was printed. */
int trigger_files_open(struct trigger_files *f, const char *path);
void trigger_files_close(struct trigger_files *f);

/*
 * A new file for a capture that begins now: its name without an ending in `name`, and its
 * descriptor, the caller's, or -errno.
 */
int trigger_files_begin(struct trigger_files *f, char name[TRIGGER_NAME_LEN]);

/* Nothing came of that capture: it is removed. */
void trigger_files_drop(struct trigger_files *f, const char *name);

/*
 * The capture has come to its end, or was cut off: it gets its name, and the text beside it. Then
 * the oldest ones go until what is left is within the limits; this one stays. Returns 0 or -errno
 * of the text.
 */
int trigger_files_end(struct trigger_files *f, const char *name, const char *text);

#endif
