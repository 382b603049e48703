// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "report/trace_source.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "common/alloc.h"

enum {
	BUFFER = 64 << 10,
	GZIP_OR_ZLIB = 32, /* added to windowBits: zlib detects the format */
};

struct trace_source {
	gzFile file; /* NULL: the source is in memory */
	z_stream stream;
	u64 offset, most;
	size_t at, len; /* position and number of bytes in buffer */
	int err;
	bool ended;
	u8 buffer[BUFFER];
};

struct trace_source *trace_source_file(int fd)
{
	struct trace_source *s = xcalloc(1, sizeof(*s));

	s->most = UINT64_MAX;
	s->file = gzdopen(fd, "rb");
	if (!s->file) {
		s->err = -ENOMEM;
		close(fd);
	}
	return s;
}

struct trace_source *trace_source_inflate(const u8 *data, size_t len, u64 most)
{
	struct trace_source *s = xcalloc(1, sizeof(*s));

	s->most = most;
	s->stream.next_in = (u8 *)data; /* zlib only reads it */
	s->stream.avail_in = (uInt)len;
	if (inflateInit2(&s->stream, MAX_WBITS + GZIP_OR_ZLIB) != Z_OK)
		s->err = -ENOMEM;
	return s;
}

void trace_source_free(struct trace_source *s)
{
	if (!s)
		return;
	if (s->file)
		gzclose(s->file);
	else
		inflateEnd(&s->stream);
	free(s);
}

static size_t fill_from_file(struct trace_source *s)
{
	int n, problem;

	errno = 0;
	n = gzread(s->file, s->buffer, BUFFER);
	if (n > 0)
		return (size_t)n;
	gzerror(s->file, &problem);
	if (problem == Z_ERRNO)
		s->err = errno ? -errno : -EIO;
	else if (n < 0 || problem != Z_OK)
		s->err = -EBADMSG;
	return 0;
}

static size_t fill_by_inflating(struct trace_source *s)
{
	int result;
	size_t n;

	s->stream.next_out = s->buffer;
	s->stream.avail_out = BUFFER;
	result = inflate(&s->stream, Z_NO_FLUSH);
	n = BUFFER - s->stream.avail_out;
	s->ended = result == Z_STREAM_END;
	if (result != Z_OK && result != Z_STREAM_END)
		s->err = -EBADMSG;
	return n;
}

static void fill(struct trace_source *s)
{
	s->at = 0;
	s->len = 0;
	if (s->err || s->ended)
		return;
	s->len = s->file ? fill_from_file(s) : fill_by_inflating(s);
	if (!s->len)
		s->ended = true;
}

size_t trace_source_read(struct trace_source *s, u8 *to, size_t n)
{
	size_t done = 0;

	while (done < n) {
		size_t piece = s->len - s->at;

		if (!piece) {
			fill(s);
			piece = s->len;
		}
		if (!piece)
			break;
		if (piece > n - done)
			piece = n - done;
		memcpy(to + done, s->buffer + s->at, piece);
		s->at += piece;
		s->offset += piece;
		done += piece;
	}
	if (s->offset > s->most) {
		s->err = -EBADMSG;
		s->at = s->len;
	}
	return done;
}

size_t trace_source_peek(struct trace_source *s, u8 *to, size_t n)
{
	if (s->at == s->len)
		fill(s);
	if (n > s->len - s->at)
		n = s->len - s->at;
	memcpy(to, s->buffer + s->at, n);
	return n;
}

int trace_source_error(const struct trace_source *s)
{
	return s->err;
}

u64 trace_source_offset(const struct trace_source *s)
{
	return s->offset;
}

u64 trace_source_consumed(const struct trace_source *s)
{
	z_off_t consumed = s->file ? gzoffset(s->file) : 0;

	if (consumed >= 0)
		return (u64)consumed;
	/* A pipe does not tell. */
	return gzdirect(s->file) ? s->offset : UINT64_MAX;
}
