// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "collect/histograms.h"

enum { NR_HISTOGRAMS = sizeof(struct histograms) / sizeof(struct histogram) };

/* The struct is an array of histograms with names. */
static struct histogram *all_of(struct histograms *h)
{
	return (struct histogram *)h;
}

void histograms_merge(struct histograms *to, const struct histograms *from)
{
	const struct histogram *source = (const struct histogram *)from;

	for (int i = 0; i < NR_HISTOGRAMS; i++)
		histogram_merge(&all_of(to)[i], &source[i]);
}

void histograms_clear(struct histograms *h)
{
	for (int i = 0; i < NR_HISTOGRAMS; i++)
		histogram_clear(&all_of(h)[i]);
}

void histograms_release(struct histograms *h)
{
	for (int i = 0; i < NR_HISTOGRAMS; i++)
		histogram_release(&all_of(h)[i]);
}

void histograms_add_waits(struct histogram *sum, const struct histograms *h, int kind)
{
	for (int f = 0; f < NR_FROMS; f++)
		for (int w = 0; w < NR_WAITS; w++)
			histogram_merge(sum, &h->wait[CELL_INDEX(kind, f)][w]);
}
