// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "bench/tables.h"

#include <math.h>
#include <stdio.h>

static void fill_switch(const struct bench *b, size_t row, struct cells *c)
{
	const struct switch_row *r = &b->switches[row];
	const struct figure *figures[] = {&r->own[SIDE_THREAD], &r->own[SIDE_PROCESS], &r->more,
					  &r->said[SIDE_THREAD], &r->said[SIDE_PROCESS]};

	c->text[0] = r->name;
	for (size_t i = 1; i < MOST_COLUMNS; i++)
		c->text[i] = cell_of(c->made[i], figures[i - 1]);
}

static void fill_creation(const struct bench *b, size_t row, struct cells *c)
{
	const struct creation_row *r = &b->creations[row];
	const struct figure said = {.value = r->said_ns, .spread = NAN};

	c->text[0] = r->name;
	c->text[1] = cell_of_bytes(c->made[1], (double)r->resident_bytes);
	c->text[2] = r->why ? r->why : cell_of(c->made[2], &r->own);
	c->text[3] = cell_of(c->made[3], &said);
}

static void fill_memory(const struct bench *b, size_t row, struct cells *c)
{
	const struct memory_row *r = &b->memories[row];

	c->text[0] = r->name;
	c->text[1] = r->why ? r->why : cell_of_bytes(c->made[1], r->pss);
	c->text[2] = cell_of_bytes(c->made[2], r->uss);
}

static void fill_claim(const struct bench *b, size_t row, struct cells *c)
{
	const struct claim_row *r = &b->claims[row];

	c->text[0] = r->claim;
	c->text[1] = r->here;
	snprintf(c->made[2], CELL, "%s%s%s", verdict_words[r->verdict], r->why ? ": " : "",
		 r->why ? r->why : "");
	c->text[2] = c->made[2];
}

const struct table bench_tables[NR_TABLES] = {
	[TABLE_SWITCHES] = {.heading = {"a switch costs its tasks", "thread", "process",
					"difference", "tvtraced: thread", "process"},
			    .nr_columns = 6,
			    .nr_rows = NR_SWITCHES,
			    .fill = fill_switch},
	[TABLE_CREATIONS] = {.heading = {"a creation takes", "resident", "the call",
					 "tvtraced, mean"},
			     .nr_columns = 4,
			     .nr_rows = NR_CREATIONS_MEASURED,
			     .fill = fill_creation},
	[TABLE_MEMORIES] = {.heading = {"memory of each of 50", "PSS", "USS"},
			    .nr_columns = 3,
			    .nr_rows = NR_MEMORIES,
			    .fill = fill_memory},
	[TABLE_CLAIMS] = {.heading = {"the chapter says", "here", ""},
			  .nr_columns = 3,
			  .nr_rows = NR_CLAIMS,
			  .of_words = true,
			  .fill = fill_claim},
};
