// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "bench/cells.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "common/format.h"

const char *const verdict_words[] = {[CLAIM_HOLDS] = "holds",
				     [CLAIM_DOES_NOT] = "does not hold here",
				     [CLAIM_UNSTEADY] = "too unsteady to say"};

const char *cell_of(char cell[CELL], const struct figure *f)
{
	char value[FORMAT_LEN], spread[FORMAT_LEN];
	const char *sign = f->value < 0 ? "-" : "";

	if (isnan(f->value))
		return strcpy(cell, "-");
	format_ns(value, fabs(f->value));
	if (isnan(f->spread)) {
		snprintf(cell, CELL, "%s%s", sign, value);
		return cell;
	}
	format_ns(spread, f->spread);
	if (figure_unsteady(f))
		snprintf(cell, CELL, "unsteady ±%s", spread);
	else
		snprintf(cell, CELL, "%s%s ±%s", sign, value, spread);
	return cell;
}

const char *cell_of_bytes(char cell[CELL], double bytes)
{
	char text[FORMAT_LEN];

	snprintf(cell, CELL, "%s", isnan(bytes) ? "-" : format_bytes(text, bytes));
	return cell;
}
