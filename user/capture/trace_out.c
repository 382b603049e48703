// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "capture/trace_out.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "capture_format.h"
#include "common/alloc.h"
#include "common/cancellable_write.h"

enum {
	FLUSH_BYTES = 128 << 10,
	MAX_VARINT = 10,
	/* A reader that takes a little again and again is not waited for longer. */
	MOST_AFTER_STOP_S = 10,
};

struct trace_out {
	struct cancellable_write file;
	int err;
	bool compress;
	uint8_t *data;
	size_t len, room;
};

struct trace_out *trace_out_new(int fd, bool compress, const bool *stop)
{
	struct trace_out *o = xcalloc(1, sizeof(*o));

	cancellable_write_init(&o->file, fd, stop);
	/*
	 * A file that ends within a packet is worth less, so even after *stop a write goes on as
	 * long as the reader still takes data.
	 */
	o->file.goes_on = true;
	o->file.most_after_stop_s = MOST_AFTER_STOP_S;
	o->compress = compress;
	return o;
}

void trace_out_free(struct trace_out *o)
{
	if (!o)
		return;
	free(o->data);
	free(o);
}

static size_t put_varint(uint8_t *to, uint64_t v)
{
	size_t n = 0;

	for (; v > 0x7f; v >>= 7)
		to[n++] = (uint8_t)(v | 0x80);
	to[n++] = (uint8_t)v;
	return n;
}

static size_t varint_size(uint64_t v)
{
	uint8_t bytes[MAX_VARINT];

	return put_varint(bytes, v);
}

/* Writes everything buffered as one packet that contains a zlib stream. */
static int write_compressed(struct trace_out *o)
{
	uLongf size = compressBound(o->len);
	uint8_t *packed = xrealloc(NULL, 1, size), head[4 * MAX_VARINT];
	size_t n = 0;
	int err = 0;

	if (compress2(packed, &size, o->data, o->len, Z_DEFAULT_COMPRESSION) != Z_OK)
		err = -ENOMEM;
	head[n++] = TRACE_PACKET_KEY;
	n += put_varint(head + n, varint_size(TRACE_COMPRESSED_KEY) + varint_size(size) + size);
	n += put_varint(head + n, TRACE_COMPRESSED_KEY);
	n += put_varint(head + n, size);
	if (!err)
		err = cancellable_write(&o->file, head, n);
	if (!err)
		err = cancellable_write(&o->file, packed, size);
	free(packed);
	return err;
}

int trace_out_flush(struct trace_out *o)
{
	if (o->err || !o->len)
		return o->err;
	o->err = o->compress ? write_compressed(o) : cancellable_write(&o->file, o->data, o->len);
	o->len = 0;
	return o->err;
}

int trace_out_packet(struct trace_out *o, const TracePacket *p)
{
	size_t size = trace_packet__get_packed_size(p);

	if (o->err)
		return o->err;
	if (o->room - o->len < size + 1 + MAX_VARINT) {
		o->room = o->len + size + FLUSH_BYTES;
		o->data = xrealloc(o->data, 1, o->room);
	}
	o->data[o->len++] = TRACE_PACKET_KEY;
	o->len += put_varint(o->data + o->len, size);
	o->len += trace_packet__pack(p, o->data + o->len);
	return o->len >= FLUSH_BYTES ? trace_out_flush(o) : 0;
}

uint64_t trace_out_bytes(const struct trace_out *o)
{
	return cancellable_write_bytes(&o->file);
}
