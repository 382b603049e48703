/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * One or two tasks that do something known on one CPU, and are held still before and after it, so
 * that the kernel's counters and the daemon's can be read while nothing moves. They live in a
 * process of their own, which ends with its creator.
 */
#ifndef TVTRACE_STAGE_STAGE_H
#define TVTRACE_STAGE_STAGE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <sys/types.h>

#include "record.h"

enum relation {
	RELATION_THREAD,   /* two threads of one process; one task alone is of this relation */
	RELATION_PROCESS,  /* two processes */
	RELATION_CLONE_VM, /* two processes that share one address space */
	RELATION_VFORK,	   /* a vfork child, and a thread of the process that waits for it */
	NR_RELATIONS,
};

enum {
	STAGE_MOST_ACTORS = 2,
	STAGE_MOST_CALLS = 400, /* times that actors may note */
	STAGE_PAGE = 4096,	/* pages may be larger, but hardly smaller */
};

struct stage;

struct actor {
	struct stage *stage;
	unsigned int me; /* 0 or 1 */
	u32 tid, tgid;
	u64 begun_ns, ended_ns; /* CLOCK_MONOTONIC, of what it did */
	volatile char *memory;	/* of its own: the play's touch_bytes, resident; NULL: none */
	u64 times;		/* how often it did it, where act() says so */
};

/* What the actors do. They share their memory with the caller of stage_open(). */
struct play {
	enum relation relation;
	unsigned int nr_actors;
	bool real_time; /* SCHED_FIFO, if the caller may: nobody comes in between */
	int cpu;
	u64 n;		 /* for act() */
	u64 touch_bytes; /* memory of its own that each actor has; 0: none */
	void (*act)(struct actor *a);
};

struct stage {
	struct play play;
	struct actor actors[STAGE_MOST_ACTORS];
	bool real_time;			  /* whether they are */
	atomic_uint ready, go, done, end; /* futexes: how many have come, and whether to go on */
	atomic_uint arrived, turn;	  /* for acts */
	atomic_int error;		  /* errno of what failed in an actor; 0: nothing */
	const char *failed;		  /* what that was */
	int pipes[STAGE_MOST_ACTORS][2];
	u64 call_ns[STAGE_MOST_CALLS];
	pid_t pid;	/* of the actors' process, for the caller */
	pid_t director; /* the same, for the actors */
};

/*
 * The CPU to play on: the last one that the caller may use, as interrupts and everybody else's work
 * tend to be on the first.
 */
int stage_cpu(void);

/*
 * Starts the actors, and waits until all of them are ready. Returns NULL after it has stored what
 * failed (static text) and an errno.
 */
struct stage *stage_open(const struct play *play, const char **failed, int *error);

/* Lets the actors act, and waits until all have done so. Returns 0 or the errno of s->failed. */
int stage_act(struct stage *s);

/* Ends the actors and frees the stage, in whatever state it is. */
void stage_close(struct stage *s);

/* For actors: gives up; *s keeps `what` and errno. */
void stage_fail(struct stage *s, const char *what) __attribute__((noreturn));

/* For what actors create, as its first act: it dies when its parent does. */
void stage_die_with(pid_t parent);

/* For what actors create: waits until the stage is closed. */
void stage_wait_end(struct stage *s);

/* For actors: waits until both have come. */
void stage_meet(struct stage *s);

#endif
