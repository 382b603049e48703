// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "outputs/view_parts.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/answer.h"
#include "common/array.h"
#include "common/format.h"
#include "common/text.h"
#include "version.h"

enum { MIN_KERNEL_COLUMNS = 8 };

static u64 cell_count(const struct accounting *a, int cell)
{
	u64 sum = 0;

	for (int r = 0; r < NR_REASONS; r++)
		sum += a->labels[cell * NR_REASONS + r];
	return sum;
}

void view_open(struct view *v, const struct publication *p)
{
	u64 whole_ns = p->now.time_ns - p->now.host->start_ns;

	memset(v, 0, sizeof(*v));
	v->p = p;
	v->seconds = (double)(p->final ? whole_ns : p->interval_ns) / 1e9;
	if (v->seconds <= 0)
		v->seconds = 1e-9;
	v->histograms = p->final ? &p->now.histograms : &p->interval;
	v->has_cost = !p->now.host->cost_reason;
	for (int i = 0; i < NR_CELLS; i++) {
		v->switches[i] = cell_count(&p->now.accounting, i);
		if (!p->final)
			v->switches[i] -= cell_count(&p->previous, i);
		v->total += v->switches[i];
	}
	for (int f = 0; f < NR_FROMS; f++) {
		histogram_merge(&v->thread, &v->histograms->cost[CELL_INDEX(KIND_THREAD, f)]);
		histogram_merge(&v->process, &v->histograms->cost[CELL_INDEX(KIND_PROCESS, f)]);
	}
	for (int i = 0; i < NR_CELLS; i++)
		for (int w = 0; w < NR_WAITS; w++)
			histogram_merge(&v->wait[w], &v->histograms->wait[i][w]);
}

void view_close(struct view *v)
{
	histogram_release(&v->thread);
	histogram_release(&v->process);
	for (int w = 0; w < NR_WAITS; w++)
		histogram_release(&v->wait[w]);
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
		return v->p->now.host->cost_reason;
	if (v->p->now.accounting.tlb_counted_ns > v->p->previous.tlb_counted_ns ||
	    (v->p->final && v->p->now.accounting.tlb_counted_ns))
		return "cost: the switch alone, and for process about 60 ns of --tlb";
	return "cost: the switch alone; not picking the task, nor later cache and TLB misses";
}

const char *view_lack_note(const struct view *v, char *text, size_t size)
{
	static const enum feature said_elsewhere[] = {
		FEATURE_SCHED_EXIT_TP,	 FEATURE_FENTRY,	 FEATURE_KPROBE,
		FEATURE_RUN_QUEUE_COUNT, FEATURE_TLB_FLUSH,	 FEATURE_CREATION_FENTRY,
		FEATURE_CREATION_KPROBE, FEATURE_CREATION_TIMER, FEATURE_CREATION_SYSCALLS};
	const struct features *features = v->p->now.host->features;
	bool lacks[NR_FEATURES];
	int n = 0, last = 0;

	for (int i = 0; i < NR_FEATURES; i++)
		lacks[i] = !features->has[i];
	for (size_t i = 0; i < ARRAY_SIZE(said_elsewhere); i++)
		lacks[said_elsewhere[i]] = false;
	for (int i = 0; i < NR_FEATURES; i++) {
		n += lacks[i];
		last = lacks[i] ? i : last;
	}
	if (!n)
		return NULL;
	if (n == 1)
		snprintf(text, size, "without %s: %s", feature_infos[last].name,
			 feature_infos[last].lost);
	else
		snprintf(text, size, "this kernel lacks %d features; --features says what is lost",
			 n);
	return text;
}

static double probe_ns_per_switch(const struct view *v)
{
	const struct publication *p = v->p;
	u64 seen = p->now.accounting.seen - (p->final ? 0 : p->previous.seen);
	u64 ns = p->now.accounting.probe_run_ns - (p->final ? 0 : p->previous.probe_run_ns);

	return seen ? (double)ns / (double)seen : 0;
}

/* The kernel's release may be long: it is cut so that the rest of the line fits. */
static void print_host(struct canvas *c, const struct view *v)
{
	const struct host_facts *host = v->p->now.host;
	char uptime[FORMAT_LEN], bias[FORMAT_LEN + 16] = "", rest[128];
	int room, needed = (int)text_columns(host->kernel);

	if (v->has_cost)
		snprintf(bias, sizeof(bias), ", bias %" PRIu64 " ns", host->cost_bias_ns);
	snprintf(rest, sizeof(rest), "  cost %s%s  up %s", host->cost_source, bias,
		 format_uptime(uptime, (double)(v->p->now.time_ns - host->start_ns) / 1e9));
	canvas_print(c, STYLE_HEADING, "tvtraced %s", TVTRACED_VERSION);
	canvas_print(c, STYLE_PLAIN, "  Linux ");
	room = c->width - c->column - (int)strlen(rest);
	if (room < MIN_KERNEL_COLUMNS)
		room = MIN_KERNEL_COLUMNS;
	canvas_print_field(c, STYLE_PLAIN, host->kernel, needed < room ? needed : room);
	canvas_print(c, STYLE_PLAIN, "%s", rest);
	canvas_end_line(c);
}

/*
 * Draws the counts that tell how far to trust the rest: whole numbers if they fit, else rounded
 * ones.
 */
static void print_trust(struct canvas *c, const struct view *v)
{
	const struct accounting *a = &v->p->now.accounting;
	const u64 counts[] = {a->seen, a->received, a->spilled, a->unseen};
	static const char *const names[] = {"seen", "received", "spilled", "unseen"};
	char words[4][FORMAT_LEN + 16], count[FORMAT_LEN], probes[64];
	double per_switch = probe_ns_per_switch(v);
	int width;

	width = snprintf(probes, sizeof(probes), "probes %s, %.2f%% CPU",
			 format_ns(count, per_switch),
			 per_switch * (double)v->total / v->seconds / 1e7);
	for (int i = 0; i < 4; i++)
		width += 2 +
			 snprintf(words[i], sizeof(words[i]), "%s %" PRIu64, names[i], counts[i]);
	for (int i = 0; i < 4; i++) {
		bool trouble = i == 2 && (a->spilled || a->task_events_lost);

		if (i == 3 && !v->p->now.host->features->has[FEATURE_RUN_QUEUE_COUNT])
			snprintf(words[i], sizeof(words[i]), "unseen ?");
		else if (width > c->width)
			snprintf(words[i], sizeof(words[i]), "%s %s", names[i],
				 format_count(count, (double)counts[i]));
		canvas_print(c, trouble ? STYLE_WARNING : STYLE_PLAIN, "%s", words[i]);
		canvas_print(c, STYLE_PLAIN, "  ");
	}
	canvas_print(c, STYLE_PLAIN, "%s", probes);
	canvas_end_line(c);
}

void view_head(struct canvas *c, const struct view *v)
{
	print_host(c, v);
	print_trust(c, v);
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

void view_answer(struct canvas *c, const struct view *v)
{
	struct answer_figures figures = {.seconds = v->seconds};
	char text[ANSWER_LEN];

	if (!v->has_cost)
		return;
	for (int k = 0; k < NR_KINDS; k++) {
		const struct histogram *h = &v->histograms->cost[CELL_INDEX(k, FROM_USER)];

		figures.count[k] = h->count;
		figures.sum_ns[k] = h->sum_ns;
	}
	canvas_print(c, STYLE_HEADING, "%s", answer(text, &figures, (size_t)c->width));
	canvas_end_line(c);
}

static void print_ns(struct canvas *c, bool known, double ns)
{
	char text[FORMAT_LEN];

	canvas_print(c, STYLE_PLAIN, " %8s", known ? format_ns(text, ns) : "-");
}

/* Prints the right part of a row: how many of the whole, and the histogram's figures. */
static void print_figures(struct canvas *c, const struct view *v, u64 n, u64 of,
			  const struct histogram *h, bool measured)
{
	double share = of ? 100.0 * (double)n / (double)of : 0;
	char rate[FORMAT_LEN];
	bool known = measured && h->count;

	canvas_print(c, STYLE_PLAIN, " %9s %6.1f%%", format_rate(rate, (double)n / v->seconds),
		     share);
	print_ns(c, known, histogram_mean(h));
	print_ns(c, known, (double)histogram_quantile(h, 0.5));
	print_ns(c, known, (double)histogram_quantile(h, 0.9));
	print_ns(c, known, (double)histogram_quantile(h, 0.99));
	print_ns(c, known, (double)h->max_ns);
	canvas_end_line(c);
}

static void print_cell(struct canvas *c, const struct view *v, int cell)
{
	enum switch_kind kind = (enum switch_kind)(cell / NR_FROMS);

	canvas_print(c, style_of(kind), "%-8s", kind_names[kind]);
	canvas_print(c, STYLE_PLAIN, " %-7s", from_names[cell % NR_FROMS]);
	print_figures(c, v, v->switches[cell], v->total, &v->histograms->cost[cell], v->has_cost);
}

int view_used_others(const struct view *v)
{
	int n = 0;

	for (int w = 0; w < NR_WAITS; w++)
		n += v->wait[w].count > 0;
	for (int k = 0; k < NR_CREATIONS; k++)
		n += v->histograms->creation[k].count > 0;
	return n;
}

static void waits(struct canvas *c, const struct view *v)
{
	u64 all = 0;

	for (int w = 0; w < NR_WAITS; w++)
		all += v->wait[w].count;
	for (int w = 0; w < NR_WAITS; w++) {
		if (!v->wait[w].count)
			continue;
		canvas_print(c, STYLE_PLAIN, "wait   %-9s", wait_names[w]);
		print_figures(c, v, v->wait[w].count, all, &v->wait[w], true);
	}
}

static void creations(struct canvas *c, const struct view *v)
{
	const struct histogram *h = v->histograms->creation;
	u64 all = 0;

	for (int k = 0; k < NR_CREATIONS; k++)
		all += h[k].count;
	for (int k = 0; k < NR_CREATIONS; k++) {
		if (!h[k].count)
			continue;
		canvas_print(c, STYLE_PLAIN, "new %-12s", creation_names[k]);
		print_figures(c, v, h[k].count, all, &h[k], true);
	}
}

void view_others(struct canvas *c, const struct view *v)
{
	waits(c, v);
	creations(c, v);
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

/* Counts the values in an octave, numbered as in bucket.h. */
static u64 octave_count(const struct histogram *h, u32 octave)
{
	return histogram_between(h, octave * BUCKET_SUBS, (octave + 1) * BUCKET_SUBS - 1);
}

/* Finds the first and last octave used by either histogram. Returns false when both are empty. */
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

/* Rows of one octave each; the last row also includes all higher octaves. */
struct rows {
	u32 first, last; /* octaves */
	int n;
};

static u32 row_end(const struct rows *r, int row)
{
	return row == r->n - 1 ? r->last : r->first + (u32)row;
}

static u64 row_count(const struct histogram *h, const struct rows *r, int row)
{
	u64 sum = 0;

	for (u32 o = r->first + (u32)row; o <= row_end(r, row); o++)
		sum += octave_count(h, o);
	return sum;
}

/* Returns the highest count of any row, which gets the longest bar. */
static u64 most_in_a_row(const struct histogram *h, const struct rows *r)
{
	u64 most = 0;

	for (int i = 0; i < r->n; i++)
		if (row_count(h, r, i) > most)
			most = row_count(h, r, i);
	return most;
}

static void print_bar(struct canvas *c, enum style style, u64 count, u64 most)
{
	enum { WIDTH = 20 };
	char bar[WIDTH + 1], text[FORMAT_LEN];
	int stars = histogram_bar(count, most, WIDTH);

	memset(bar, '*', (size_t)stars);
	bar[stars] = '\0';
	canvas_print(c, style, "|%-*s|", WIDTH, bar);
	canvas_print(c, STYLE_PLAIN, " %-6s", count ? format_count(text, (double)count) : "");
}

void view_histograms(struct canvas *c, const struct view *v, int rows)
{
	struct rows r = {0};
	u64 most_thread, most_process;
	char low[FORMAT_LEN];

	canvas_print(c, STYLE_HEADING, "%8s  ", "cost");
	canvas_print_field(c, STYLE_THREAD, "thread (same address space)", 31);
	canvas_print(c, STYLE_PROCESS, "process (another address space)");
	canvas_end_line(c);
	if (!octave_range(v, &r.first, &r.last)) {
		canvas_print(c, STYLE_DIM, "%8s  no %s", "-", v->has_cost ? "switches" : "cost");
		canvas_end_line(c);
		return;
	}
	r.n = (int)(r.last - r.first) + 1;
	if (rows < r.n)
		r.n = rows;
	most_thread = most_in_a_row(&v->thread, &r);
	most_process = most_in_a_row(&v->process, &r);
	for (int i = 0; i < r.n; i++) {
		u32 octave = r.first + (u32)i;

		canvas_print(c, STYLE_PLAIN, "%7s%s  ",
			     format_ns(low, (double)bucket_low(octave * BUCKET_SUBS)),
			     row_end(&r, i) > octave ? "+" : " ");
		print_bar(c, STYLE_THREAD, row_count(&v->thread, &r, i), most_thread);
		canvas_print(c, STYLE_PLAIN, "  ");
		print_bar(c, STYLE_PROCESS, row_count(&v->process, &r, i), most_process);
		canvas_end_line(c);
	}
}
