// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "view_parts.h"

#include <string.h>

#include "format.h"

static u64 cell_count(const struct accounting *a, int cell)
{
	u64 sum = 0;

	for (int r = 0; r < NR_REASONS; r++)
		sum += a->labels[cell * NR_REASONS + r];
	return sum;
}

void view_open(struct view *v, const struct publication *p)
{
	u64 whole_ns = p->now_ns - p->host->start_ns;

	memset(v, 0, sizeof(*v));
	v->p = p;
	v->seconds = (double)(p->final ? whole_ns : p->interval_ns) / 1e9;
	if (v->seconds <= 0)
		v->seconds = 1e-9;
	v->cost = p->final ? p->cost : p->interval_cost;
	v->has_cost = !p->host->cost_reason;
	for (int i = 0; i < NR_CELLS; i++) {
		v->switches[i] = cell_count(&p->now, i);
		if (!p->final)
			v->switches[i] -= cell_count(&p->previous, i);
		v->total += v->switches[i];
	}
	for (int f = 0; f < NR_FROMS; f++) {
		histogram_merge(&v->thread, &v->cost[CELL_INDEX(KIND_THREAD, f)]);
		histogram_merge(&v->process, &v->cost[CELL_INDEX(KIND_PROCESS, f)]);
	}
}

void view_close(struct view *v)
{
	histogram_release(&v->thread);
	histogram_release(&v->process);
}

int view_used_cells(const struct view *v)
{
	int n = 0;

	for (int i = 0; i < NR_CELLS; i++)
		n += v->switches[i] > 0;
	return n;
}

const char *view_cost_note(const struct view *v)
{
	if (!v->has_cost)
		return v->p->host->cost_reason;
	return "cost: the switch alone; not picking the task, nor later cache and TLB misses";
}

static double probe_ns_per_switch(const struct view *v)
{
	const struct publication *p = v->p;
	u64 seen = p->now.seen - (p->final ? 0 : p->previous.seen);
	u64 ns = p->now.probe_run_ns - (p->final ? 0 : p->previous.probe_run_ns);

	return seen ? (double)ns / (double)seen : 0;
}

void view_head(struct canvas *c, const struct view *v)
{
	const struct publication *p = v->p;
	const struct accounting *a = &p->now;
	char uptime[FORMAT_LEN], probe[FORMAT_LEN];
	double per_switch = probe_ns_per_switch(v);
	bool trouble = a->spilled || a->task_events_lost;

	format_uptime(uptime, (double)(p->now_ns - p->host->start_ns) / 1e9);
	canvas_print(c, STYLE_HEADING, "tvtraced %s", TVTRACED_VERSION);
	canvas_print(c, STYLE_PLAIN, "  Linux %s  cost %s", p->host->kernel, p->host->cost_source);
	if (v->has_cost)
		canvas_print(c, STYLE_PLAIN, ", bias %llu ns",
			     (unsigned long long)p->host->cost_bias_ns);
	canvas_print(c, STYLE_PLAIN, "  %s %s", p->final ? "ran" : "up", uptime);
	canvas_end_line(c);

	canvas_print(c, STYLE_PLAIN, "seen %llu  received %llu  ", (unsigned long long)a->seen,
		     (unsigned long long)a->received);
	canvas_print(c, trouble ? STYLE_WARNING : STYLE_PLAIN, "spilled %llu",
		     (unsigned long long)a->spilled);
	canvas_print(c, STYLE_PLAIN, "  unseen %llu  probes %s, %.2f%% CPU",
		     (unsigned long long)a->unseen, format_ns(probe, per_switch),
		     per_switch * (double)v->total / v->seconds / 1e7);
	canvas_end_line(c);
}

static enum style style_of(enum switch_kind kind)
{
	switch (kind) {
	case KIND_THREAD:
		return STYLE_THREAD;
	case KIND_PROCESS:
		return STYLE_PROCESS;
	default:
		return STYLE_PLAIN;
	}
}

static void print_cost(struct canvas *c, const struct view *v, const struct histogram *h, double ns)
{
	char text[FORMAT_LEN];

	canvas_print(c, STYLE_PLAIN, " %8s", v->has_cost && h->count ? format_ns(text, ns) : "-");
}

static void print_cell(struct canvas *c, const struct view *v, int cell)
{
	const struct histogram *h = &v->cost[cell];
	enum switch_kind kind = (enum switch_kind)(cell / NR_FROMS);
	char rate[FORMAT_LEN];
	double share = v->total ? 100.0 * (double)v->switches[cell] / (double)v->total : 0;

	canvas_print(c, style_of(kind), "%-8s", kind_names[kind]);
	canvas_print(c, STYLE_PLAIN, " %-7s %9s %6.1f%%", from_names[cell % NR_FROMS],
		     format_rate(rate, (double)v->switches[cell] / v->seconds), share);
	print_cost(c, v, h, histogram_mean(h));
	print_cost(c, v, h, histogram_quantile(h, 0.5));
	print_cost(c, v, h, histogram_quantile(h, 0.9));
	print_cost(c, v, h, histogram_quantile(h, 0.99));
	print_cost(c, v, h, h->max_ns);
	canvas_end_line(c);
}

void view_table(struct canvas *c, const struct view *v, bool all)
{
	canvas_print(c, STYLE_HEADING, "%-8s %-7s %9s %7s %8s %8s %8s %8s %8s", "kind", "from",
		     "switch/s", "share", "mean", "p50", "p90", "p99", "max");
	canvas_end_line(c);
	for (int i = 0; i < NR_CELLS; i++) {
		bool possible = i != CELL_INDEX(KIND_IDLE, FROM_IDLE);

		if (v->switches[i] || (all && possible))
			print_cell(c, v, i);
	}
}

static u64 octave_count(const struct histogram *h, u32 octave)
{
	u64 sum = 0;

	for (u32 b = octave * BUCKET_SUBS; b < (octave + 1) * BUCKET_SUBS && b < NR_BUCKETS; b++)
		sum += histogram_bucket(h, b);
	return sum;
}

/* First and last octave that either histogram has hit; false: none. */
static bool octave_range(const struct view *v, u32 *first, u32 *last)
{
	bool any = false;

	for (u32 o = 0; o <= NR_OCTAVES; o++) {
		if (!octave_count(&v->thread, o) && !octave_count(&v->process, o))
			continue;
		if (!any)
			*first = o;
		*last = o;
		any = true;
	}
	return any;
}

int view_used_octaves(const struct view *v)
{
	u32 first, last;

	return octave_range(v, &first, &last) ? (int)(last - first) + 1 : 1;
}

struct bar {
	u64 count;
	u64 most; /* of all bars of its histogram */
};

static void print_bar(struct canvas *c, enum style style, struct bar b)
{
	enum { WIDTH = 20 };
	char bar[WIDTH + 1], count[FORMAT_LEN];
	int stars = b.most ? (int)(b.count * WIDTH / b.most) : 0;

	/* What is there at all is seen. */
	if (b.count && !stars)
		stars = 1;
	memset(bar, '*', (size_t)stars);
	bar[stars] = '\0';
	canvas_print(c, style, "|%-*s|", WIDTH, bar);
	canvas_print(c, STYLE_PLAIN, " %-6s", b.count ? format_count(count, (double)b.count) : "");
}

/* Octaves first..last as one bar. */
static struct bar bar_of(const struct histogram *h, u32 first, u32 last)
{
	struct bar b = {0};

	for (u32 o = 0; o <= NR_OCTAVES; o++) {
		u64 n = octave_count(h, o);

		if (o >= first && o <= last)
			b.count += n;
		if (n > b.most)
			b.most = n;
	}
	if (b.count > b.most)
		b.most = b.count;
	return b;
}

void view_histograms(struct canvas *c, const struct view *v, int rows)
{
	u32 first = 0, last = 0;
	char low[FORMAT_LEN];

	canvas_print(c, STYLE_HEADING, "%8s  ", "cost");
	canvas_print_field(c, STYLE_THREAD, "thread (same address space)", 31);
	canvas_print(c, STYLE_PROCESS, "process (another address space)");
	canvas_end_line(c);
	if (!octave_range(v, &first, &last)) {
		canvas_print(c, STYLE_DIM, "%8s  no %s", "-", v->has_cost ? "switches" : "cost");
		canvas_end_line(c);
		return;
	}
	for (int i = 0; i < rows && first + (u32)i <= last; i++) {
		u32 octave = first + (u32)i;
		/* The last row takes in all that is above it. */
		u32 upto = i == rows - 1 ? last : octave;

		canvas_print(c, STYLE_PLAIN, "%7s%s  ",
			     format_ns(low, (double)bucket_low(octave * BUCKET_SUBS)),
			     upto > octave ? "+" : " ");
		print_bar(c, STYLE_THREAD, bar_of(&v->thread, octave, upto));
		canvas_print(c, STYLE_PLAIN, "  ");
		print_bar(c, STYLE_PROCESS, bar_of(&v->process, octave, upto));
		canvas_end_line(c);
	}
}
