// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The creation of threads and processes, one after the other. */
#include <math.h>
#include <sys/sysinfo.h>

#include "bench/bench.h"
#include "client/command.h"
#include "common/array.h"
#include "stage/acts.h"
#include "stage/played.h"

#define MIB (1ULL << 20)
#define QUICK_BYTES (100 * MIB)

static const struct way {
	const char *name;
	void (*act)(struct actor *a);
	enum creation kind;
	u64 resident_bytes, n;
} ways[NR_CREATIONS_MEASURED] = {
	{"thread", act_threads, CREATED_THREAD, MIB, 200},
	{"fork", act_forks, CREATED_PROCESS, MIB, 100},
	{"fork", act_forks, CREATED_PROCESS, 100 * MIB, 50},
	{"fork", act_forks, CREATED_PROCESS, 1000 * MIB, 10},
	{"vfork", act_vforks, CREATED_VM_PROCESS, MIB, 100},
	{"vfork", act_vforks, CREATED_VM_PROCESS, 1000 * MIB, 50},
	{"posix_spawn", act_spawns, CREATED_VM_PROCESS, MIB, 50},
	{"posix_spawn", act_spawns, CREATED_VM_PROCESS, 100 * MIB, 50},
	{"posix_spawn", act_spawns, CREATED_VM_PROCESS, 1000 * MIB, 50},
};

/* Each call may be disturbed by others, so the spread is that of the middle half of them. */
static struct figure middle_half(double *values, size_t n)
{
	struct figure all = figure_of(values, n), half;

	half = figure_of(values + n / 4, n - n / 4 * 2);
	return (struct figure){.value = all.value, .spread = half.spread};
}

static bool enough_memory(u64 bytes)
{
	struct sysinfo info;

	return !sysinfo(&info) && (u64)(info.freeram + info.bufferram) * info.mem_unit / 2 > bytes;
}

static int run(struct bench *b, const struct way *way, struct creation_row *row)
{
	const struct play play = {.nr_actors = 1,
				  .cpu = b->cpu,
				  .n = way->n,
				  .touch_bytes = way->resident_bytes,
				  .act = way->act};
	double calls[STAGE_MOST_CALLS];
	struct played p;
	int status;

	*row = (struct creation_row){.name = way->name,
				     .resident_bytes = way->resident_bytes,
				     .own = figure_none,
				     .said_ns = NAN};
	if (b->quick && way->resident_bytes > QUICK_BYTES) {
		row->why = "left out: --quick";
		return CLIENT_OK;
	}
	if (!enough_memory(way->resident_bytes)) {
		row->why = "too little free memory";
		return CLIENT_OK;
	}
	status = played_run(&p, b->session, &play);
	if (p.ok) {
		for (size_t i = 0; i < way->n; i++)
			calls[i] = (double)p.call_ns[i];
		row->own = middle_half(calls, way->n);
		if (p.created.timed[way->kind])
			row->said_ns = (double)p.created.duration_ns[way->kind] /
				       (double)p.created.timed[way->kind];
	} else {
		row->why = "could not be run";
	}
	played_release(&p);
	return status;
}

int bench_creation(struct bench *b, size_t i)
{
	return run(b, &ways[i], &b->creations[i]);
}

int bench_creations(struct bench *b)
{
	int status = CLIENT_OK;

	for (size_t i = 0; i < ARRAY_SIZE(ways) && !status; i++)
		status = bench_creation(b, i);
	return status;
}
