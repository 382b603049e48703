// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "outputs/stderr_stream.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/error.h"
#include "outputs/stream.h"

enum { MOST_BYTES = 64 << 10, PATIENCE_MS = 1000 };

static struct stream *stream;
static unsigned long dropped; /* atomic: any thread may print a message */

static bool submit(const char *line)
{
	char *copy = strdup(line);

	return copy && !stream_submit(stream, copy, strlen(copy));
}

static void say(const char *line)
{
	unsigned long before = __atomic_exchange_n(&dropped, 0, __ATOMIC_RELAXED);
	char told[80];

	if (before) {
		snprintf(told, sizeof(told), "%s: %lu messages were left out\n", program_name,
			 before);
		if (!submit(told)) {
			__atomic_add_fetch(&dropped, before + 1, __ATOMIC_RELAXED);
			return;
		}
	}
	if (!submit(line))
		__atomic_add_fetch(&dropped, 1, __ATOMIC_RELAXED);
}

int stderr_stream_start(void)
{
	static bool at_exit;
	int err = stream_open(&stream, STDERR_FILENO, MOST_BYTES);

	if (err)
		return err;
	error_set_writer(say);
	/* exit() may be called at any time, so flush the last messages there, too. */
	if (!at_exit)
		atexit(stderr_stream_stop);
	at_exit = true;
	return 0;
}

void stderr_stream_stop(void)
{
	struct stream *s = stream;

	if (!s)
		return;
	error_set_writer(NULL);
	stream = NULL;
	stream_finish(s, -1, PATIENCE_MS);
	stream_close(s);
}
