// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "collect/histograms.h"

void histograms_merge(struct histograms *to, const struct histograms *from)
{
	for (int c = 0; c < NR_CELLS; c++) {
		histogram_merge(&to->cost[c], &from->cost[c]);
		for (int w = 0; w < NR_WAITS; w++)
			histogram_merge(&to->wait[c][w], &from->wait[c][w]);
	}
}

void histograms_clear(struct histograms *h)
{
	for (int c = 0; c < NR_CELLS; c++) {
		histogram_clear(&h->cost[c]);
		for (int w = 0; w < NR_WAITS; w++)
			histogram_clear(&h->wait[c][w]);
	}
}

void histograms_release(struct histograms *h)
{
	for (int c = 0; c < NR_CELLS; c++) {
		histogram_release(&h->cost[c]);
		for (int w = 0; w < NR_WAITS; w++)
			histogram_release(&h->wait[c][w]);
	}
}

void histograms_add_waits(struct histogram *sum, const struct histograms *h, int kind)
{
	for (int f = 0; f < NR_FROMS; f++)
		for (int w = 0; w < NR_WAITS; w++)
			histogram_merge(sum, &h->wait[CELL_INDEX(kind, f)][w]);
}
