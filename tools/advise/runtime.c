// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "advise/runtime.h"

#include <fcntl.h>
#include <gelf.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/array.h"

enum { PATH = 64, STAT = 1024, START_FIELD = 22 };

static const struct runtime go = {"go", "goroutines", NULL};
static const struct runtime erlang = {"erlang", "Erlang's processes", NULL};
static const struct runtime node = {"node", "callbacks and promises",
				    "JavaScript of one isolate runs on one thread at a time"};
static const struct runtime python = {"python", "coroutines",
				      "the GIL lets one thread run Python code at a time"};
static const struct runtime java = {"java", "virtual threads", NULL};
static const struct runtime ruby = {"ruby", "fibers",
				    "the GVL lets one thread run Ruby code at a time"};

/* What the name of an executable begins with; digits and dots may follow. */
static const struct {
	const char *name;
	const struct runtime *runtime;
} executables[] = {
	{"beam.smp", &erlang}, {"node", &node}, {"nodejs", &node},
	{"python", &python},   {"java", &java}, {"ruby", &ruby},
};

/* Sections that the Go linker makes; they stay when an executable is stripped. */
static const char *const go_sections[] = {".go.buildinfo", ".note.go.buildid"};

static bool is_version(const char *text)
{
	return text[strspn(text, "0123456789.")] == '\0';
}

static const struct runtime *by_name(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(executables); i++) {
		size_t len = strlen(executables[i].name);

		if (!strncmp(name, executables[i].name, len) && is_version(name + len))
			return executables[i].runtime;
	}
	return NULL;
}

static bool has_go_section(Elf *elf)
{
	size_t names;

	if (elf_kind(elf) != ELF_K_ELF || elf_getshdrstrndx(elf, &names))
		return false;
	for (Elf_Scn *s = elf_nextscn(elf, NULL); s; s = elf_nextscn(elf, s)) {
		GElf_Shdr header;
		const char *name =
			gelf_getshdr(s, &header) ? elf_strptr(elf, names, header.sh_name) : NULL;

		for (size_t i = 0; name && i < ARRAY_SIZE(go_sections); i++)
			if (!strcmp(name, go_sections[i]))
				return true;
	}
	return false;
}

/* Reads the section names alone: an executable may be large. */
static bool is_go(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool result = false;
	Elf *elf;

	if (fd < 0)
		return false;
	elf_version(EV_CURRENT);
	elf = elf_begin(fd, ELF_C_READ, NULL);
	if (elf) {
		result = has_go_section(elf);
		elf_end(elf);
	}
	close(fd);
	return result;
}

bool runtime_is_same(u32 tgid, u64 start_ns)
{
	char path[PATH], text[STAT], *at;
	u64 ticks = 0, tick_ns = 1000000000ULL / (u64)sysconf(_SC_CLK_TCK);
	size_t len = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%" PRIu32 "/stat", tgid);
	f = fopen(path, "re");
	if (f) {
		len = fread(text, 1, sizeof(text) - 1, f);
		fclose(f);
	}
	text[len] = '\0';
	/* The name is in parentheses and may contain some. */
	at = strrchr(text, ')');
	for (int i = 3; at && i <= START_FIELD; i++)
		at = strchr(at + 1, ' ');
	if (!at || sscanf(at, "%" SCNu64, &ticks) != 1)
		return false;
	/* /proc counts whole ticks. */
	return !start_ns || ticks == start_ns / tick_ns || ticks + 1 == start_ns / tick_ns;
}

const struct runtime *runtime_of(u32 tgid, u64 start_ns, const char *comm)
{
	static const char deleted[] = " (deleted)";
	char path[PATH], target[PATH_MAX];
	const struct runtime *r;
	const char *slash;
	ssize_t len;

	if (!runtime_is_same(tgid, start_ns))
		return by_name(comm);
	snprintf(path, sizeof(path), "/proc/%" PRIu32 "/exe", tgid);
	len = readlink(path, target, sizeof(target) - 1);
	if (len < 0)
		return by_name(comm);
	target[len] = '\0';
	/* The file was replaced, as by an upgrade. */
	if (len >= (ssize_t)strlen(deleted) && !strcmp(target + len - strlen(deleted), deleted))
		target[len - (ssize_t)strlen(deleted)] = '\0';
	slash = strrchr(target, '/');
	r = by_name(slash ? slash + 1 : target);
	if (r)
		return r;
	return is_go(path) ? &go : by_name(comm);
}
