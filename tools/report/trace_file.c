// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "report/trace_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "capture_format.h"
#include "client/command.h"
#include "common/alloc.h"
#include "common/error.h"
#include "report/trace_arena.h"
#include "report/trace_source.h"

enum {
	MAX_PACKET = 64 << 20,	  /* a packet of Perfetto is below 1 MiB */
	MAX_UNPACKED = 256 << 20, /* memory of one unpacked packet */
	MAX_INFLATED = 256 << 20, /* of packets compressed together; tvtraced: 128 KiB */
	PIECE = 1 << 20,
	EXPANDED_FREELY = 8 << 20,
	MAX_SKIPPED = 256 << 20, /* behind the damage of a file whose end may never come */
	MAGIC = 4,
};

struct trace_file {
	struct trace_source *source, *inner; /* inner: reads compressed packets; NULL: none */
	struct trace_arena *arena;
	u8 *packet, *compressed; /* the last packet; the compressed packet that inner reads */
	size_t room;
	u64 packets;
	u64 inflated; /* bytes of packets that were compressed */
	struct trace_damage damage;
	bool ended, expand;
	u8 first[MAGIC];
	size_t nr_first;
};

enum record { RECORD, RECORD_END, RECORD_BROKEN };

struct trace_file *trace_file_new(int fd)
{
	struct trace_file *f = xcalloc(1, sizeof(*f));

	f->source = trace_source_file(fd);
	f->arena = trace_arena_new(MAX_UNPACKED);
	return f;
}

static int open_path(const char *path)
{
	if (!strcmp(path, "-"))
		return dup(STDIN_FILENO);
	return open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
}

int trace_file_open(struct trace_file **f, const char *path)
{
	struct stat st;
	int fd = open_path(path);

	*f = NULL;
	if (fd < 0)
		return fail(CLIENT_FAILED, "cannot open %s: %s", path, strerror(errno));
	if (!fstat(fd, &st) && S_ISDIR(st.st_mode)) {
		close(fd);
		return fail(CLIENT_FAILED,
			    "%s is a directory; name a file that tvtrace capture made", path);
	}
	if (isatty(fd)) {
		close(fd);
		return fail(CLIENT_USAGE,
			    "%s: a terminal has no capture; name a file, or redirect standard "
			    "input",
			    path);
	}
	*f = trace_file_new(fd);
	return CLIENT_OK;
}

void trace_file_close(struct trace_file *f)
{
	if (!f)
		return;
	trace_source_free(f->inner);
	trace_source_free(f->source);
	trace_arena_free(f->arena);
	free(f->packet);
	free(f->compressed);
	free(f);
}

void trace_file_expand(struct trace_file *f)
{
	f->expand = true;
}

static bool expands_too_much(const struct trace_file *f)
{
	u64 expanded = trace_source_offset(f->source) + f->inflated;

	return !f->expand && expanded > EXPANDED_FREELY &&
	       expanded / TRACE_MOST_EXPANSION > trace_source_consumed(f->source);
}

static bool read_varint(struct trace_source *s, u64 *v)
{
	u8 byte;

	*v = 0;
	for (int shift = 0; shift < 64; shift += 7) {
		if (trace_source_read(s, &byte, 1) != 1)
			return false;
		*v |= (u64)(byte & 0x7f) << shift;
		if (byte < 0x80)
			return true;
	}
	return false;
}

/*
 * Reads the packet in pieces, so that a large length with no data behind it allocates little
 * memory.
 */
static bool read_body(struct trace_file *f, struct trace_source *s, size_t len)
{
	size_t n = 0;

	while (n < len) {
		size_t piece = len - n < PIECE ? len - n : PIECE;

		if (f->room < n + piece) {
			f->room = n + piece + f->room;
			f->packet = xrealloc(f->packet, f->room, 1);
		}
		if (trace_source_read(s, f->packet + n, piece) != piece)
			return false;
		n += piece;
	}
	return true;
}

static enum record read_record(struct trace_file *f, struct trace_source *s, size_t *len)
{
	u64 size;
	u8 tag;

	if (trace_source_read(s, &tag, 1) != 1)
		return trace_source_error(s) ? RECORD_BROKEN : RECORD_END;
	if (tag != TRACE_PACKET_KEY || !read_varint(s, &size) || size > MAX_PACKET)
		return RECORD_BROKEN;
	*len = (size_t)size;
	return read_body(f, s, *len) ? RECORD : RECORD_BROKEN;
}

/* Stops reading: after a broken record nothing tells where the next packet begins. */
static void give_up(struct trace_file *f, u64 offset)
{
	u8 skipped[4096];

	f->damage.err = trace_source_error(f->source);
	/* Skip to the end only in a trace: other input may be endless (/dev/zero). */
	while (f->packets && !expands_too_much(f) &&
	       trace_source_offset(f->source) - offset < MAX_SKIPPED &&
	       trace_source_read(f->source, skipped, sizeof(skipped)))
		;
	f->damage.bytes = trace_source_offset(f->source) - offset;
	if (!f->damage.err)
		f->damage.err = trace_source_error(f->source);
	f->ended = true;
}

static const TracePacket *unpack(struct trace_file *f, size_t len)
{
	const TracePacket *p;

	trace_arena_reset(f->arena);
	p = trace_packet__unpack(trace_arena_allocator(f->arena), len, f->packet);
	if (!p)
		f->damage.packets++;
	return p;
}

static const TracePacket *next_inner(struct trace_file *f)
{
	const TracePacket *p;
	size_t len = 0;

	while (f->inner && !expands_too_much(f)) {
		enum record r = read_record(f, f->inner, &len);

		f->inflated += len;
		if (r != RECORD) {
			f->damage.packets += r == RECORD_BROKEN;
			trace_source_free(f->inner);
			f->inner = NULL;
			break;
		}
		p = unpack(f, len);
		if (p && p->data_case != TRACE_PACKET__DATA_COMPRESSED_PACKETS)
			return p;
		/*
		 * Compressed packets within compressed packets are counted as damage and not
		 * inflated.
		 */
		f->damage.packets += p != NULL;
	}
	return NULL;
}

static void begin_inner(struct trace_file *f, const ProtobufCBinaryData *data)
{
	/* Copy the data: they are in the arena, which the next packet overwrites. */
	f->compressed = xrealloc(f->compressed, data->len + 1, 1);
	if (data->len)
		memcpy(f->compressed, data->data, data->len);
	f->inner = trace_source_inflate(f->compressed, data->len, MAX_INFLATED);
}

/* Keeps the magic number, by which trace_file_foreign() recognizes other formats. */
static void note_first(struct trace_file *f)
{
	f->nr_first = trace_source_peek(f->source, f->first, MAGIC);
}

const TracePacket *trace_file_next(struct trace_file *f)
{
	const TracePacket *p = NULL;
	size_t len;

	if (!f->nr_first)
		note_first(f);
	while (!f->ended) {
		u64 offset;
		enum record r;

		p = next_inner(f);
		if (p)
			break;
		if (expands_too_much(f)) {
			f->damage.err = -E2BIG;
			f->ended = true;
			break;
		}
		offset = trace_source_offset(f->source);
		r = read_record(f, f->source, &len);
		if (r == RECORD_BROKEN)
			give_up(f, offset);
		f->ended = r != RECORD;
		if (f->ended)
			break;
		p = unpack(f, len);
		if (p && p->data_case != TRACE_PACKET__DATA_COMPRESSED_PACKETS)
			break;
		if (p)
			begin_inner(f, &p->compressed_packets);
	}
	if (f->ended)
		return NULL;
	f->packets++;
	return p;
}

struct trace_damage trace_file_damage(const struct trace_file *f)
{
	return f->damage;
}

const char *trace_file_foreign(const struct trace_file *f)
{
	static const u8 zstd[MAGIC] = {0x28, 0xb5, 0x2f, 0xfd}, xz[MAGIC] = {0xfd, '7', 'z', 'X'};

	if (f->packets)
		return NULL;
	if (!f->nr_first)
		return "is empty; tvtrace capture makes captures";
	if (!memcmp(f->first, zstd, MAGIC))
		return "is compressed with zstd; give `zstd -dc' of it to `tvtrace report -'";
	if (!memcmp(f->first, xz, MAGIC))
		return "is compressed with xz; give `xz -dc' of it to `tvtrace report -'";
	return "is no capture; tvtrace capture makes captures";
}
