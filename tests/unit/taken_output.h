/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the code under test prints on standard output, or on standard error. */
#ifndef TVTRACED_TAKEN_OUTPUT_H
#define TVTRACED_TAKEN_OUTPUT_H

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "unit.h"

struct taken_output {
	FILE *stream;
	int real; /* where it went before */
	int file;
};

/* From here on it goes to a file in memory. */
static inline void take_output(struct taken_output *t, FILE *stream)
{
	fflush(stream);
	t->stream = stream;
	t->real = dup(fileno(stream));
	t->file = memfd_create("taken output", MFD_CLOEXEC);
	assert_true(t->real >= 0 && t->file >= 0);
	dup2(t->file, fileno(stream));
}

/* Puts it back where it went; returns what was printed, the caller's to free. */
static inline char *taken_text(struct taken_output *t)
{
	off_t len;
	char *text;

	fflush(t->stream);
	dup2(t->real, fileno(t->stream));
	close(t->real);
	len = lseek(t->file, 0, SEEK_END);
	assert_true(len >= 0);
	text = calloc((size_t)len + 1, 1);
	assert_non_null(text);
	assert_int_equal(pread(t->file, text, (size_t)len, 0), len);
	close(t->file);
	return text;
}

#endif
