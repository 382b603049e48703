/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The memory of an application's processes, and what they would share if they were threads. */
#ifndef TVTRACE_ADVISE_MEMORY_H
#define TVTRACE_ADVISE_MEMORY_H

#include "advise/seen.h"

enum { MEMORY_MOST_PROCESSES = 64 }; /* the kernel walks all pages of each */

/* In bytes; proc(5), smaps. */
struct process_memory {
	u32 tgid;
	u64 pss;	  /* its own memory, and its part of what it shares */
	u64 uss;	  /* its own memory alone: private clean and dirty pages */
	u64 file_private; /* the part of uss that is mapped from files */
	u64 page_tables;
};

/* Sums over the processes that could be read. */
struct memory {
	u32 processes;					   /* how many were read */
	struct process_memory each[MEMORY_MOST_PROCESSES]; /* these */
	u32 unread;					   /* how many live and were not */
	const char *why;				   /* why not; NULL: all were */
	u64 pss, uss;
	/*
	 * What all but the largest process would hardly need as threads of it: private pages of
	 * files (libraries' relocated data, and clean ones that nobody else has mapped) and page
	 * tables.
	 */
	u64 surely;
	/*
	 * The rest of what is private to them: heaps, stacks, and pages that were copied on a write
	 * after fork. Threads need some of it as well; how much, nobody can tell from outside.
	 */
	u64 perhaps;
};

/* Of the living processes of an application that the trace mentions, whether they ran or not. */
struct memory memory_of(const struct trace_model *m, const struct row *application);

#endif
