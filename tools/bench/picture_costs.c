// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What switches and creations cost, by the tasks' own clock and by tvtraced. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "bench/cells.h"
#include "bench/chart.h"
#include "bench/pictures.h"
#include "common/array.h"

static const char *const side_classes[NR_SIDES] = {"thread", "process"};
static const char *const said_classes[NR_SIDES] = {"thread said", "process said"};
static const char *const side_names[NR_SIDES] = {"thread", "process"};
static const char *const said_names[NR_SIDES] = {"tvtraced: thread", "tvtraced: process"};

/* The key is the same in all pictures. */
static struct chart chart_of(const char *title, const struct mark *marks, size_t n)
{
	static const char *const names[] = {"thread", "tvtraced: thread", "process",
					    "tvtraced: process"};
	static const char *const classes[] = {"thread", "thread said", "process", "process said"};

	return (struct chart){.title = title,
			      .names = names,
			      .classes = classes,
			      .nr_keys = ARRAY_SIZE(names),
			      .marks = marks,
			      .nr_marks = n};
}

void picture_switches(const struct bench *b)
{
	struct mark marks[NR_SWITCHES * NR_SIDES * 2];
	struct chart c;
	size_t n = 0;

	for (size_t i = 0; i < NR_SWITCHES; i++)
		for (enum side side = 0; side < NR_SIDES; side++) {
			const struct switch_row *r = &b->switches[i];

			marks[n++] = (struct mark){.label = side ? NULL : r->name,
						   .of = side_names[side],
						   .class = side_classes[side],
						   .figure = r->own[side]};
			marks[n++] = (struct mark){.of = said_names[side],
						   .class = said_classes[side],
						   .figure = r->said[side]};
		}
	c = chart_of("What a switch costs its tasks, and tvtraced's figure", marks, n);
	chart_bars(&c);
}

void picture_creations(const struct bench *b)
{
	char labels[NR_CREATIONS_MEASURED][CELL];
	struct mark marks[NR_CREATIONS_MEASURED * 2];
	struct chart c;
	size_t n = 0;

	for (size_t i = 0; i < NR_CREATIONS_MEASURED; i++) {
		const struct creation_row *r = &b->creations[i];
		enum side side = strcmp(r->name, "thread") ? SIDE_PROCESS : SIDE_THREAD;
		char bytes[CELL];

		snprintf(labels[i], CELL, "%s, %s", r->name,
			 cell_of_bytes(bytes, (double)r->resident_bytes));
		marks[n++] = (struct mark){.label = labels[i],
					   .of = "the call",
					   .class = side_classes[side],
					   .figure = r->own,
					   .missing = r->why};
		if (r->why)
			continue;
		marks[n++] = (struct mark){.of = "tvtraced, mean",
					   .class = said_classes[side],
					   .figure = {.value = r->said_ns, .spread = NAN}};
	}
	c = chart_of("What a creation takes, on a logarithmic scale", marks, n);
	chart_dots(&c);
}
