/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What `tvtrace bench` measures, and what follows from it. */
#ifndef TVTRACE_BENCH_BENCH_H
#define TVTRACE_BENCH_BENCH_H

#include <json-c/json.h>

#include "bench/figure.h"
#include "client/session.h"
#include "record.h"

/* The two that are compared everywhere: threads of one process, and processes. */
enum side { SIDE_THREAD, SIDE_PROCESS, NR_SIDES };

/* Places in the tables below; some have no name. */
enum {
	SWITCH_YIELD = 0,
	SWITCH_TOUCHING_64_KIB = 3,
	SWITCH_TOUCHING_1_MIB,
	SWITCH_TOUCHING_8_MIB,
	NR_SWITCHES
};
enum { CREATION_THREAD, CREATION_FORK_1_MIB, CREATION_FORK_100_MIB, NR_CREATIONS_MEASURED = 9 };

enum {
	NR_MEMORIES = 3,
	NR_CLAIMS = 6,
	CLAIM_PARTS = 2,
	BENCH_TEXT = 200,
	BENCH_ROUNDS = 7,
};

/* All in ns. */
struct switch_row {
	const char *name;
	struct figure own[NR_SIDES];  /* what a switch costs the tasks, by their own clock */
	struct figure said[NR_SIDES]; /* what tvtraced says that it costs */
	struct figure more;	      /* how much more a process switch costs the tasks */
};

struct creation_row {
	const char *name;
	u64 resident_bytes; /* of the creator */
	struct figure own;  /* ns: the call, by the creator's own clock */
	double said_ns;	    /* mean by tvtraced; NAN: not timed */
	const char *why;    /* why it was not measured; NULL: it was */
};

/* Bytes for each of many. */
struct memory_row {
	const char *name;
	double pss, uss;
	const char *why;
};

/* A figure that a claim is about, and between what it must be to hold. */
struct claim_part {
	const char *of;
	double value, least, most;
};

struct claim_row {
	const char *claim;
	struct claim_part parts[CLAIM_PARTS];
	size_t nr_parts;
	char here[BENCH_TEXT];
	enum { CLAIM_HOLDS, CLAIM_DOES_NOT, CLAIM_UNSTEADY } verdict;
	const char *why; /* why it does not hold; NULL: nothing is known */
};

struct bench {
	struct session *session;
	int cpu;
	int rounds; /* of switches, at most BENCH_ROUNDS; 0: as many, or a few if quick */
	bool quick; /* fewer rounds, and nothing with much memory */
	struct json_object *facts; /* of the machine: text by name */
	struct switch_row switches[NR_SWITCHES];
	struct creation_row creations[NR_CREATIONS_MEASURED];
	struct memory_row memories[NR_MEMORIES];
	struct claim_row claims[NR_CLAIMS];
};

/*
 * Each measures one part. Those that ask the daemon return an exit status; what could not be
 * measured says why, and is no failure.
 */
int bench_switches(struct bench *b);
int bench_creations(struct bench *b);
void bench_memories(struct bench *b);

/* One line of these. */
int bench_switch(struct bench *b, size_t i);
int bench_creation(struct bench *b, size_t i);

/* Weighs the claims against what was measured. */
void bench_weigh(struct bench *b);

/* Facts about the machine that the figures depend on; the caller must put the object. */
struct json_object *bench_facts(void);
void bench_each_fact(const struct bench *b, void (*tell)(const char *key, const char *text));

void bench_print_text(const struct bench *b);
void bench_print_markdown(const struct bench *b);
void bench_print_json(const struct bench *b);
void bench_print_html(const struct bench *b);

#endif
