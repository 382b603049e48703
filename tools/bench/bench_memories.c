// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Memory of programs that a thread and a process take, without what the kernel needs for them. */
#include <dirent.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench/bench.h"
#include "common/array.h"
#include "stage/acts.h"

enum { MANY = 50, LINE = 256 };

#define CREATORS_BYTES (10ULL << 20)

static const struct way {
	const char *name;
	void (*act)(struct actor *a);
} ways[NR_MEMORIES] = {
	{"idle thread", act_idle_threads},
	{"forked process, which shares 10 MiB", act_idle_forks},
	{"forked process, which writes 10 MiB", act_writing_forks},
};

struct memory {
	u64 pss, uss; /* bytes */
};

/* Adds the memory of a process (proc(5), smaps_rollup); a process that is gone adds nothing. */
static void add_memory(struct memory *m, u32 pid)
{
	char path[64], line[LINE];
	u64 kb;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%u/smaps_rollup", pid);
	f = fopen(path, "re");
	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "Pss: %" SCNu64, &kb) == 1)
			m->pss += kb << 10;
		if (sscanf(line, "Private_Clean: %" SCNu64, &kb) == 1 ||
		    sscanf(line, "Private_Dirty: %" SCNu64, &kb) == 1)
			m->uss += kb << 10;
	}
	if (f)
		fclose(f);
}

static u32 parent_of(u32 pid)
{
	char path[64], line[LINE];
	u32 parent = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%u/status", pid);
	f = fopen(path, "re");
	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "PPid: %u", &parent) == 1)
			break;
	if (f)
		fclose(f);
	return parent;
}

/* Of a process and its children. */
static struct memory memory_of_family(u32 pid)
{
	struct memory m = {0};
	struct dirent *entry;
	DIR *proc = opendir("/proc");

	add_memory(&m, pid);
	while (proc && (entry = readdir(proc))) {
		u32 child = (u32)strtoul(entry->d_name, NULL, 10);

		if (child && parent_of(child) == pid)
			add_memory(&m, child);
	}
	if (proc)
		closedir(proc);
	return m;
}

static double each(u64 after, u64 before)
{
	return after > before ? (double)(after - before) / MANY : 0;
}

static void run(const struct bench *b, const struct way *way, struct memory_row *row)
{
	const struct play play = {.nr_actors = 1,
				  .cpu = b->cpu,
				  .n = MANY,
				  .touch_bytes = CREATORS_BYTES,
				  .act = way->act};
	const char *failed;
	struct memory before = {0}, after = {0};
	int error;
	struct stage *s = stage_open(&play, &failed, &error);

	*row = (struct memory_row){.name = way->name, .pss = NAN, .uss = NAN};
	if (s) {
		before = memory_of_family(s->actors[0].tgid);
		error = stage_act(s);
		after = memory_of_family(s->actors[0].tgid);
		stage_close(s);
	}
	if (error) {
		row->why = "could not be run";
		return;
	}
	if (!before.pss) {
		row->why = "/proc has no smaps_rollup that may be read";
		return;
	}
	row->pss = each(after.pss, before.pss);
	row->uss = each(after.uss, before.uss);
}

void bench_memories(struct bench *b)
{
	for (size_t i = 0; i < ARRAY_SIZE(ways); i++)
		run(b, &ways[i], &b->memories[i]);
}
