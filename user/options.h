/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef TVTRACED_OPTIONS_H
#define TVTRACED_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "outputs/outputs.h"

struct cost_source;
struct creation_source;

struct options {
	struct output_options output;
	uint64_t duration_ns;  /* 0: until a signal */
	size_t ring_bytes;     /* per CPU, a power of two */
	size_t recorder_bytes; /* of the flight recorder; 0: none */
	bool recorder_given;   /* otherwise it follows the memory limit that is there */
	const struct cost_source *cost_source;	       /* NULL: the best that works */
	const struct creation_source *creation_source; /* NULL: the best that works */
	bool tlb;				       /* count what switches do to the TLB */
	bool waits;				       /* measure how long tasks wait for a CPU */
	const char *socket;			       /* the control socket's path; NULL: none */
	bool socket_given; /* `socket` was given, so it must be usable */
	bool features;	   /* only show what this kernel has (--features) */
};

/*
 * Fills o from the command line. Prints a line and exits with STATUS_USAGE on a bad option;
 * --help and --version print and exit with 0.
 */
void options_parse(struct options *o, int argc, char **argv);

#endif
