/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The pictures of a benchmark's page: inline SVG, printed on standard output. */
#ifndef TVTRACE_BENCH_PICTURES_H
#define TVTRACE_BENCH_PICTURES_H

#include "bench/bench.h"

/* What a switch costs, for each way to hand over. */
void picture_switches(const struct bench *b);

/* How much more a switch of processes costs, by how much memory each task uses. */
void picture_growth(const struct bench *b);

/* What a creation takes. */
void picture_creations(const struct bench *b);

/* How far what was measured is from what the claims say. */
void picture_claims(const struct bench *b);

#endif
