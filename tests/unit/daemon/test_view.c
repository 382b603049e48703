// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The block on canvases of every size: nothing is wider or higher than it may be. */
#include <stdlib.h>

#include "common/text.h"
#include "outputs/view.h"
#include "task_input.h"
#include "unit.h"

enum { MOST_WIDTH = 100, MOST_HEIGHT = 60, PAGE_BYTES = 1 << 16, NR_PROGRAMS = 15 };

struct page {
	struct host_facts host;
	struct features features;
	struct publication p;
	struct task_table *tasks;
	struct canvas canvas;
	char text[PAGE_BYTES]; /* as drawn last, all lines with their newline */
	size_t len;
	int lines;
	int columns; /* of the present line */
};

static void take_text(void *sink, enum style style, const char *utf8)
{
	struct page *page = sink;
	size_t n = strlen(utf8);

	assert_in_range(style, 0, NR_STYLES - 1);
	assert_true(page->len + n + 2 < sizeof(page->text));
	memcpy(page->text + page->len, utf8, n + 1);
	page->len += n;
	page->columns += (int)text_columns(utf8);
	assert_true(page->columns <= page->canvas.width);
}

static void take_end(void *sink)
{
	struct page *page = sink;

	page->text[page->len++] = '\n';
	page->text[page->len] = '\0';
	page->columns = 0;
	page->lines++;
	assert_true(!page->canvas.height || page->lines <= page->canvas.height);
}

static void draw(struct page *page, int width, int height)
{
	struct top_groups top;

	page->canvas = (struct canvas){.width = width,
				       .height = height,
				       .text = take_text,
				       .end_line = take_end,
				       .sink = page};
	page->len = 0;
	page->lines = 0;
	page->columns = 0;
	page->text[0] = '\0';
	view_find_top(&top, &page->p);
	view_draw(&page->canvas, &page->p, &top);
}

/* Costs of one cell over so many octaves from 128 ns up. */
static void add_costs(struct histogram *h, int octaves, u64 n)
{
	for (int i = 0; i < octaves; i++) {
		u32 ns = (u32)128 << i;

		histogram_add_bucket(h, bucket_index(ns), n);
		histogram_add_totals(h, n, n * ns, ns, ns);
	}
}

static struct page *page_open(u64 n, int octaves)
{
	static const char names[][COMM_LEN] = {"\xe6\x97\xa5\xe6\x9c\xac", "\x1b[31mred\xff"};
	struct page *page = calloc(1, sizeof(*page));

	assert_non_null(page);
	strcpy(page->host.kernel, "6.1.0-28-cloud-amd64");
	page->host.cost_source = "sched_exit_tp";
	page->host.cost_bias_ns = 123;
	page->host.features = &page->features;
	memset(page->features.has, true, sizeof(page->features.has));
	page->tasks = task_table_new(1, 100, 100);
	page->p = (struct publication){.now.host = &page->host,
				       .now.tasks = page->tasks,
				       .now.time_ns = (u64)86399 * 1000000000,
				       .interval_ns = 1000000000};
	for (int i = 0; i < NR_LABELS; i++) {
		page->p.now.accounting.labels[i] = i / NR_REASONS == NR_CELLS - 1 ? 0 : n;
		page->p.now.accounting.seen += page->p.now.accounting.labels[i];
	}
	page->p.now.accounting.received = page->p.now.accounting.seen;
	page->p.now.accounting.unseen = 1000000;
	page->p.now.accounting.probe_run_ns = page->p.now.accounting.seen * 135;
	for (int i = 0; i < NR_CELLS - 1; i++) {
		add_costs(&page->p.now.histograms.cost[i], octaves, n);
		add_costs(&page->p.interval.cost[i], octaves, n);
	}
	for (u32 i = 1; i <= NR_PROGRAMS; i++) {
		const struct task_id id = {4194000 + i, i};

		new_process(page->tasks, id, names[i % ARRAY_SIZE(names)]);
		for (u32 k = 0; k < i; k++)
			send_switch(page->tasks, idle_task, id, KIND_PROCESS, 1000);
	}
	return page;
}

static void page_close(struct page *page)
{
	for (int i = 0; i < NR_CELLS; i++) {
		histogram_release(&page->p.now.histograms.cost[i]);
		histogram_release(&page->p.interval.cost[i]);
	}
	task_table_free(page->tasks);
	free(page);
}

static int lines_with(const struct page *page, const char *text)
{
	int n = 0;

	for (const char *at = page->text; (at = strstr(at, text)); at += strlen(text))
		n++;
	return n;
}

static void it_never_leaves_the_canvas(void **state)
{
	static const u64 counts[] = {0, 1, 12345, 123456789012345};
	static const int octaves[] = {1, 5, 23};

	(void)state;
	for (size_t n = 0; n < ARRAY_SIZE(counts); n++)
		for (size_t o = 0; o < ARRAY_SIZE(octaves); o++) {
			struct page *page = page_open(counts[n], octaves[o]);

			page->features.has[FEATURE_PREV_STATE] = n % 2;
			for (int width = 0; width <= MOST_WIDTH; width += 4)
				for (int height = 0; height <= MOST_HEIGHT; height++)
					draw(page, width, height);
			page_close(page);
		}
}

/* The least that a terminal is expected to be; one column stays free. */
static void the_least_terminal_shows_everything(void **state)
{
	static const u64 counts[] = {12345, 123456789, 123456789012};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(counts); i++) {
		struct page *page = page_open(counts[i], 16);

		/* Long up, with a usual interval. */
		page->p.previous = page->p.now.accounting;
		page->p.previous.seen -= (NR_LABELS - NR_REASONS) * 5000;
		page->p.previous.probe_run_ns = page->p.previous.seen * 135;
		for (int k = 0; k < NR_LABELS - NR_REASONS; k++)
			page->p.previous.labels[k] -= 5000;
		draw(page, 79, 24);
		assert_int_equal(page->lines, 24);
		/* The ends of the two lines that have no columns. */
		assert_int_equal(lines_with(page, "up 23 h 59 min\n"), 1);
		assert_int_equal(lines_with(page, "% CPU\n"), 1);
		assert_int_equal(lines_with(page, "cost: the switch alone"), 1);
		assert_int_equal(lines_with(page, "\nthread group"), 1);
		assert_int_equal(lines_with(page, "+  |"), 1);
		assert_true(lines_with(page, "  |") >= 4);
		/* What spends most comes first. */
		assert_int_equal(lines_with(page, " 4194015 "), 1);
		assert_int_equal(lines_with(page, " 4194013 "), 1);
		assert_int_equal(lines_with(page, " 4194001 "), 0);
		page_close(page);
	}
}

static void a_large_terminal_shows_ten_groups_and_all_octaves(void **state)
{
	struct page *page = page_open(100, 13);

	(void)state;
	draw(page, 100, 60);
	assert_int_equal(lines_with(page, " 41940"), 10);
	assert_int_equal(lines_with(page, "  |"), 2 * 13);
	assert_int_equal(lines_with(page, "+  |"), 0);
	assert_int_equal(lines_with(page, "\n\n"), 4);
	page_close(page);
}

/* As many stars in a row as belong to its share of the longest. */
static void a_row_of_several_octaves_is_to_scale(void **state)
{
	struct page *page = page_open(0, 0);
	struct histogram *h = &page->p.interval.cost[CELL_INDEX(KIND_THREAD, FROM_USER)];

	(void)state;
	page->p.now.accounting.labels[LABEL_INDEX(KIND_THREAD, FROM_USER, REASON_VOLUNTARY)] = 800;
	add_costs(h, 8, 100);
	/* Room for four rows: three octaves, and one of the other five. */
	draw(page, 80, 15);
	assert_int_equal(lines_with(page, "|****                | 100"), 3);
	assert_int_equal(lines_with(page, "|********************| 500"), 1);
	page_close(page);
}

static void without_cost_it_says_why_once(void **state)
{
	static const char reason[] = "no cost: this kernel says nothing about the end of a switch";
	static const int heights[] = {0, 24, 60};
	struct page *page = page_open(0, 0);

	(void)state;
	for (int i = 0; i < NR_LABELS - NR_REASONS; i++)
		page->p.now.accounting.labels[i] = 1000;
	page->host.cost_source = "none";
	page->host.cost_reason = reason;
	for (size_t i = 0; i < ARRAY_SIZE(heights); i++) {
		draw(page, 79, heights[i]);
		assert_int_equal(lines_with(page, reason), 1);
		assert_int_equal(lines_with(page, " ns"), 1); /* the probes' */
		assert_int_equal(lines_with(page, "        -        -        -"), NR_CELLS - 1);
	}
	page_close(page);
}

static void what_else_is_lacking_is_said_once(void **state)
{
	static const int heights[] = {0, 24, 60};
	struct page *page = page_open(1000, 3);

	(void)state;
	page->features.has[FEATURE_SCHED_EXIT_TP] = false;
	draw(page, 80, 0);
	assert_int_equal(lines_with(page, "without "), 0);
	for (size_t i = 0; i < ARRAY_SIZE(heights); i++) {
		page->features.has[FEATURE_PREV_STATE] = false;
		page->features.has[FEATURE_TASK_RENAME] = true;
		draw(page, 80, heights[i]);
		assert_int_equal(
			lines_with(page,
				   "without prev_state: a sleep that a signal prevents counts "
				   "as preempted\n"),
			1);
		page->features.has[FEATURE_TASK_RENAME] = false;
		draw(page, 80, heights[i]);
		assert_int_equal(lines_with(page, "lacks 2 features"), 1);
		assert_int_equal(lines_with(page, "says what is lost\n"), 1);
	}
	page_close(page);
}

static void without_the_kernels_count_unseen_is_unknown(void **state)
{
	struct page *page = page_open(1000, 3);

	(void)state;
	draw(page, 80, 0);
	assert_int_equal(lines_with(page, "  unseen 1000000  "), 1);
	page->features.has[FEATURE_RUN_QUEUE_COUNT] = false;
	draw(page, 80, 0);
	assert_int_equal(lines_with(page, "  unseen ?  "), 1);
	assert_int_equal(lines_with(page, "without "), 0);
	page_close(page);
}

static void the_last_block_is_of_the_whole_run(void **state)
{
	struct page *page = page_open(1000, 3);

	(void)state;
	page->p.previous = page->p.now.accounting;
	draw(page, 80, 0);
	assert_int_equal(lines_with(page, "the whole run"), 0);
	assert_int_equal(lines_with(page, " 0    0.0%"), NR_CELLS - 1);
	task_table_published(page->tasks);
	draw(page, 80, 0);
	assert_int_equal(lines_with(page, " 41940"), 0);
	page->p.final = true;
	draw(page, 80, 0);
	assert_int_equal(lines_with(page, "the whole run"), 1);
	assert_int_equal(lines_with(page, " 0    0.0%"), 0);
	assert_int_equal(lines_with(page, " 41940"), 10);
	page_close(page);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_never_leaves_the_canvas),
		cmocka_unit_test(the_least_terminal_shows_everything),
		cmocka_unit_test(a_large_terminal_shows_ten_groups_and_all_octaves),
		cmocka_unit_test(a_row_of_several_octaves_is_to_scale),
		cmocka_unit_test(without_cost_it_says_why_once),
		cmocka_unit_test(what_else_is_lacking_is_said_once),
		cmocka_unit_test(without_the_kernels_count_unseen_is_unknown),
		cmocka_unit_test(the_last_block_is_of_the_whole_run),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
