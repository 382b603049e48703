// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "lists/histogram_print.h"

#include <inttypes.h>
#include <stdio.h>

#include "common/format.h"

enum { BAR = 36 };

static void print_bar(u64 n, u64 most)
{
	int stars = histogram_bar(n, most, BAR);

	printf("|%.*s%*s|\n", stars, "************************************", BAR - stars, "");
}

static void print_octaves(const struct histogram *h)
{
	u64 counts[BUCKET_MAX_EXP + 1], most = 0;
	int first = -1, last = 0;

	for (int e = 0; e <= BUCKET_MAX_EXP; e++) {
		counts[e] = histogram_octave(h, (u32)e);
		if (!counts[e])
			continue;
		first = first < 0 ? e : first;
		last = e;
		most = counts[e] > most ? counts[e] : most;
	}
	printf("%27s : %-10s distribution\n", "nsecs", "count");
	for (int e = first; first >= 0 && e <= last; e++) {
		printf("%12" PRIu64 " -> ", e ? (u64)1 << e : 0);
		if (e < BUCKET_MAX_EXP)
			printf("%-11" PRIu64, ((u64)2 << e) - 1);
		else
			printf("%-11s", "...");
		printf(" : %-10" PRIu64 " ", counts[e]);
		print_bar(counts[e], most);
	}
}

void histogram_print(const char *title, const char *counted, const struct histogram *h)
{
	char mean[FORMAT_LEN], p50[FORMAT_LEN], p90[FORMAT_LEN], p99[FORMAT_LEN], max[FORMAT_LEN];

	printf("%s: %" PRIu64 " %s, mean %s\n", title, h->count, counted,
	       format_ns(mean, histogram_mean(h)));
	printf("    p50 %s, p90 %s, p99 %s, max %s\n",
	       format_ns(p50, (double)histogram_quantile(h, 0.5)),
	       format_ns(p90, (double)histogram_quantile(h, 0.9)),
	       format_ns(p99, (double)histogram_quantile(h, 0.99)),
	       format_ns(max, (double)h->max_ns));
	print_octaves(h);
}
