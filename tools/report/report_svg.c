// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The pictures of an HTML report: cost histograms and switches over time. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "common/names.h"
#include "page/svg.h"
#include "report/report_svg.h"

enum {
	HEIGHT = 260,
	LEFT = 60,
	RIGHT = 30, /* room for half of the last tick's label */
	TOP = 24,
	KEY_STEP = 90,
	BOTTOM = 28,
	PLOT = HEIGHT - TOP - BOTTOM, /* height of the plot */
	NR_TICKS = 4,
	SUBS = 4, /* bars per octave */
	BUCKETS_PER_BAR = BUCKET_SUBS / SUBS,
	NR_BARS = NR_BUCKETS / BUCKETS_PER_BAR + 1,
};

static const char *const series_class[TIMELINE_SERIES] = {"thread", "process", "kthread", "idle",
							  "unknown"};

static double y_of(double v, double top)
{
	return TOP + PLOT * (1 - v / top);
}

static void print_y_axis(double top, bool percent)
{
	for (int i = 0; i <= NR_TICKS; i++) {
		double v = top * i / NR_TICKS, y = y_of(v, top);
		char text[FORMAT_LEN];

		svg_across(LEFT, SVG_WIDTH - RIGHT, y);
		if (percent)
			snprintf(text, sizeof(text), "%g%%", v * 100);
		else
			format_rate(text, v);
		svg_text(LEFT - 6, y + 4, "end", text);
	}
}

static u64 bar_count(const struct histogram *h, u32 bar)
{
	return histogram_between(h, bar * BUCKETS_PER_BAR, (bar + 1) * BUCKETS_PER_BAR - 1);
}

static double bar_share(const struct histogram *h, u32 bar)
{
	return h->count ? (double)bar_count(h, bar) / (double)h->count : 0;
}

struct bars {
	u32 first, end;
	double top, width; /* top: share at the upper edge; width: of one pair of bars */
};

static struct bars measure(const struct histogram *const *h, int n)
{
	struct bars b = {.first = NR_BARS};
	double most = 0;

	for (int i = 0; i < n; i++)
		for (u32 bar = 0; bar < NR_BARS; bar++) {
			double share = bar_share(h[i], bar);

			if (share <= 0)
				continue;
			b.first = bar < b.first ? bar : b.first;
			b.end = bar >= b.end ? bar + 1 : b.end;
			most = share > most ? share : most;
		}
	/* Extend to whole octaves, since there is a tick at the beginning of each. */
	b.first -= b.first % SUBS;
	b.end += (SUBS - b.end % SUBS) % SUBS;
	b.top = svg_round_up(most);
	b.width = (double)(SVG_WIDTH - LEFT - RIGHT) / (b.end > b.first ? b.end - b.first : 1);
	return b;
}

static void print_bar(const struct bars *b, const struct histogram *h, u32 bar, int place,
		      const char *kind)
{
	double share = bar_share(h, bar), height = PLOT * share / b->top, width = b->width / 2;
	char from[FORMAT_LEN], to[FORMAT_LEN];

	if (share <= 0)
		return;
	if (height < 1) /* keep it visible */
		height = 1;
	printf("<rect class=\"%s\" x=\"%.2f\" y=\"%.2f\" width=\"%.2f\" height=\"%.2f\"><title>"
	       "%s, %s to %s: %" PRIu64 " (%.3g%%)</title></rect>\n",
	       kind, LEFT + (bar - b->first) * b->width + place * width, TOP + PLOT - height, width,
	       height, kind, format_ns(from, (double)bucket_low(bar * BUCKETS_PER_BAR)),
	       format_ns(to, (double)bucket_low((bar + 1) * BUCKETS_PER_BAR)), bar_count(h, bar),
	       share * 100);
}

static void print_summary(const struct histogram *h, const char *kind)
{
	char mean[FORMAT_LEN], p50[FORMAT_LEN], p90[FORMAT_LEN], p99[FORMAT_LEN], max[FORMAT_LEN];

	printf("<p><b>%s</b>: %" PRIu64 " switches, mean %s, p50 %s, p90 %s, p99 %s, max %s</p>\n",
	       kind, h->count, format_ns(mean, histogram_mean(h)),
	       format_ns(p50, (double)histogram_quantile(h, 0.5)),
	       format_ns(p90, (double)histogram_quantile(h, 0.9)),
	       format_ns(p99, (double)histogram_quantile(h, 0.99)),
	       format_ns(max, (double)h->max_ns));
}

void html_histograms(const struct trace_summary *s)
{
	static const char *const names[] = {"thread", "process"};
	const struct histogram *h[] = {&s->cost_by_kind[KIND_THREAD],
				       &s->cost_by_kind[KIND_PROCESS]};
	struct bars b = measure(h, 2);

	puts("<h2>Cost of a switch: from thread to thread, and from process to process</h2>");
	if (!h[0]->count && !h[1]->count) {
		puts("<p>No such switch has a cost.</p>");
		return;
	}
	for (int i = 0; i < 2; i++)
		if (h[i]->count)
			print_summary(h[i], names[i]);
	svg_begin(HEIGHT, "Histograms of the cost of thread and of process switches");
	svg_key(LEFT, KEY_STEP, names, names, 2);
	print_y_axis(b.top, true);
	for (u32 bar = b.first; bar <= b.end; bar += SUBS) {
		char text[FORMAT_LEN];

		svg_text(LEFT + (bar - b.first) * b.width, HEIGHT - BOTTOM + 16, "middle",
			 format_ns(text, (double)bucket_low(bar * BUCKETS_PER_BAR)));
	}
	for (u32 bar = b.first; bar < b.end; bar++)
		for (int i = 0; i < 2; i++)
			print_bar(&b, h[i], bar, i, names[i]);
	puts("</svg>\n<p>In % of the switches of that kind.</p>");
}

/* A step of the timeline, cut to the window; in seconds. */
struct step {
	double begin, end;
};

static struct step step_of(const struct report *r, u64 step)
{
	const struct timeline *t = &r->summary->timeline;
	double begin = report_seconds(r, step * t->width_ns),
	       end = begin + (double)t->width_ns / 1e9;
	double first = report_seconds(r, r->summary->begin_ns);
	double last = report_seconds(r, r->summary->end_ns);

	return (struct step){begin < first ? first : begin, end > last ? last : end};
}

/* Switches per second of this series and the series that are stacked below it. */
static double stacked(const struct report *r, u64 step, int series)
{
	struct step s = step_of(r, step);
	double seconds = s.end - s.begin, half = (double)r->summary->timeline.width_ns / 2e9;
	u64 n = 0;

	for (int i = 0; i <= series; i++)
		n += timeline_count(&r->summary->timeline, step, i);
	/*
	 * A step that is cut short may hold few switches in almost no time, which gives no useful
	 * rate: divide by at least half a step.
	 */
	return (double)n / (seconds > half ? seconds : half);
}

static double x_of(const struct report *r, double seconds)
{
	double begin = report_seconds(r, r->summary->begin_ns);
	double end = report_seconds(r, r->summary->end_ns);

	return LEFT + (SVG_WIDTH - LEFT - RIGHT) * (seconds - begin) / (end - begin);
}

static void print_series(const struct report *r, int series, double top)
{
	const struct timeline *t = &r->summary->timeline;

	printf("<path class=\"%s\" d=\"M", series_class[series]);
	for (u64 step = t->first; step <= t->last; step++) {
		struct step s = step_of(r, step);
		double y = y_of(stacked(r, step, series), top);

		printf("%.2f,%.2f %.2f,%.2f ", x_of(r, s.begin), y, x_of(r, s.end), y);
	}
	for (u64 step = t->last + 1; step-- > t->first;) {
		struct step s = step_of(r, step);
		double y = series ? y_of(stacked(r, step, series - 1), top) : TOP + PLOT;

		printf("%.2f,%.2f %.2f,%.2f ", x_of(r, s.end), y, x_of(r, s.begin), y);
	}
	puts("Z\"/>");
}

static void print_time_axis(const struct report *r)
{
	double begin = report_seconds(r, r->summary->begin_ns);
	double end = report_seconds(r, r->summary->end_ns);
	double between = svg_round_up((end - begin) / 10);

	/*
	 * Count the ticks: adding `between` to a large `begin` may not change it, due to rounding.
	 */
	for (int i = 0; i <= 10; i++) {
		double s = (ceil(begin / between) + i) * between;
		char text[FORMAT_LEN];

		if (s > end)
			return;
		snprintf(text, sizeof(text), "%.9g s", fabs(s) < between / 2 ? 0 : s);
		svg_text(x_of(r, s), HEIGHT - BOTTOM + 16, "middle", text);
	}
}

void html_timeline(const struct report *r)
{
	static const char *const names[] = {"thread", "process", "kthread", "idle", "unknown kind"};
	const struct timeline *t = &r->summary->timeline;
	double most = 0, top;

	puts("<h2>Switches per second</h2>");
	if (!r->summary->switches || r->summary->end_ns == r->summary->begin_ns) {
		puts("<p>There are too few.</p>");
		return;
	}
	for (u64 step = t->first; step <= t->last; step++) {
		double v = stacked(r, step, TIMELINE_SERIES - 1);

		most = v > most ? v : most;
	}
	top = svg_round_up(most);
	svg_begin(HEIGHT, "Switches per second by kind, over time");
	svg_key(LEFT, KEY_STEP, names, series_class,
		r->summary->unlabelled ? TIMELINE_SERIES : NR_KINDS);
	print_y_axis(top, false);
	for (int i = 0; i < TIMELINE_SERIES; i++)
		print_series(r, i, top);
	print_time_axis(r);
	puts("</svg>\n<p>Time in seconds since the beginning of the capture.</p>");
}
